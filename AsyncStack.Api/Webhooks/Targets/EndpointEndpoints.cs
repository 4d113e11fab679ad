using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Audit;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Webhooks.Targets;

/// <summary>Targets of callbacks: which there are, whether they are called, and what signs for them.</summary>
internal static class EndpointEndpoints
{
    private const string Path = "/api/v1/webhooks/endpoints";
    private const int MaxBodyBytes = 16 * 1024;
    private const int MaxOverlapSeconds = 30 * 86_400;

    public static void MapWebhookEndpoints(this IEndpointRouteBuilder app)
    {
        var endpoints = app.MapGroup(Path).WithTags("Webhooks");
        endpoints.MapGet("", ListAsync).Describe("ListWebhookEndpoints", "Lists targets that were entered or are disabled", o => o
            .Query("url", "Only the one with this address.", Schemas.Text())
            .Query("enabled", "Only those that are called, or are not.", Schemas.OneOf("true", "false"))
            .Lists<EndpointView>("The targets.", "[]"));
        endpoints.MapPost("", CreateAsync).ByActor().Describe("CreateWebhookEndpoint", "Enters a target, to close it or to give it a secret of its own", o => o
            .Acted()
            .Takes<EndpointBody>("""{"url": "https://example.com/hook"}""")
            .Answers<EndpointView>(201, "It is entered.").With("Location", "The endpoint.")
            .Refuses(409, "There is one with this address.")
            .Refuses(422, 503));
        MapEndpoint(endpoints.MapGroup("/{id:guid}"));
    }

    private static void MapEndpoint(RouteGroupBuilder endpoint)
    {
        endpoint.MapGet("", GetAsync).Describe("GetWebhookEndpoint", "A target", o => o
            .Answers<EndpointView>(200, "The target.")
            .Refuses(404, 503));
        endpoint.MapPost("/enable", EnableAsync).ByActor().Describe("EnableWebhookEndpoint", "Calls a target again", o => o
            .Acted()
            .Answers<EndpointView>(200, "It is called.")
            .Refuses(404, 503));
        endpoint.MapPost("/disable", DisableAsync).ByActor().Describe("DisableWebhookEndpoint", "Calls a target no more", o => o
            .Acted()
            .Takes<DisableBody>("""{"reason": "moved"}""")
            .Answers<EndpointView>(200, "It is not called.")
            .Refuses(404, 422, 503));
        endpoint.MapPost("/rotate-secret", RotateAsync).ByActor().Describe("RotateWebhookSecret", "Gives a target a new secret", o => o
            .Says("The secrets before sign beside it until the overlap is over.")
            .Acted()
            .Takes<RotateBody>("""{"overlap_seconds": 3600}""")
            .Answers<NewSecretView>(200, "The secret, shown this once.")
            .Refuses(409, "As many secrets as may sign for it already.")
            .Refuses(404, 422, 503));
    }

    private static async Task<IResult> ListAsync(HttpContext context, EndpointList endpoints)
    {
        var errors = new FieldErrors();
        var paging = Paging.Read(context.Request, errors);
        var (url, enabled) = (context.Request.QueryText("url"), context.Request.QueryText("enabled"));
        errors.CheckText("url", url);
        if (enabled is not (null or "true" or "false"))
        {
            errors.Add("enabled", $"enabled is '{enabled}'; it must be true or false.");
        }

        return errors.Any
            ? errors.ToResult()
            : Results.Json(
                paging.Cut(await endpoints.ReadAsync(url, enabled is null ? null : enabled == "true", paging, context.RequestAborted), e => e.Id, context),
                EndpointsJson.Default.ListEndpointView);
    }

    private static async Task<IResult> GetAsync(Guid id, EndpointList endpoints, HttpContext context) =>
        await endpoints.FindAsync(id, context.RequestAborted) is { } endpoint
            ? Results.Json(endpoint, EndpointsJson.Default.EndpointView)
            : NotFound(id);

    private static async Task<IResult> CreateAsync(HttpContext context, EndpointCommands commands, EndpointList endpoints)
    {
        var body = await JsonBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted);
        if (body.Refusal is not null)
        {
            return body.Refusal;
        }

        var errors = new FieldErrors();
        var url = ReadUrl(body.Root, errors);
        if (errors.Any)
        {
            return errors.ToResult();
        }

        if (await commands.CreateAsync(url!, Actor.Of(context), context.RequestAborted) is not { } id)
        {
            return Results.Problem($"There is an endpoint for '{url}' already.", statusCode: StatusCodes.Status409Conflict);
        }

        context.Response.Headers.Location = $"{Path}/{id}";
        return Results.Json(
            await endpoints.FindAsync(id, context.RequestAborted), EndpointsJson.Default.EndpointView, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> EnableAsync(Guid id, EndpointCommands commands, EndpointList endpoints, HttpContext context)
    {
        await commands.EnableAsync(id, Actor.Of(context), context.RequestAborted);
        return await GetAsync(id, endpoints, context);
    }

    private static async Task<IResult> DisableAsync(Guid id, EndpointCommands commands, EndpointList endpoints, HttpContext context)
    {
        var (body, refusal) = await ReadOptionalAsync(context, static fields => fields.Text("reason", 500));
        if (refusal is not null)
        {
            return refusal;
        }

        var actor = Actor.Of(context);
        await commands.DisableAsync(id, body ?? $"disabled by {actor}", actor, context.RequestAborted);
        return await GetAsync(id, endpoints, context);
    }

    private static async Task<IResult> RotateAsync(
        Guid id, SecretRotation rotation, IOptions<WebhookOptions> options, TimeProvider time, HttpContext context)
    {
        var (seconds, refusal) = await ReadOptionalAsync(context, static fields => fields.Integer("overlap_seconds", 0, MaxOverlapSeconds));
        if (refusal is not null)
        {
            return refusal;
        }

        var overlap = seconds is { } given ? TimeSpan.FromSeconds(given) : options.Value.SecretOverlap;
        switch (await rotation.RotateAsync(id, overlap, Actor.Of(context), context.RequestAborted))
        {
            case null:
                return NotFound(id);
            case "":
                return Results.Problem(
                    $"{SecretRotation.MaxSecrets} secrets sign for endpoint '{id}' already; wait until one has expired, or ask for a shorter overlap.",
                    statusCode: StatusCodes.Status409Conflict);
            case { } secret:
                context.Response.Headers.CacheControl = "no-store";
                DateTimeOffset? until = overlap > TimeSpan.Zero ? time.GetUtcNow() + overlap : null;
                return Results.Json(new NewSecretView(id, secret, until), EndpointsJson.Default.NewSecretView);
        }
    }

    private static string? ReadUrl(JsonElement root, FieldErrors errors)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            errors.Add("body", "The body must be an object with the field url.");
            return null;
        }

        var url = new JsonFields(root, errors).Text("url", JobOptions.MaxUrlLength);
        if (!errors.Any && (url is null || !JobOptions.IsCallbackUrl(url)))
        {
            errors.Add("url", $"url is '{(url is null ? "" : JobOptions.WithoutUser(url))}'; it must be an absolute http or https address without user name.");
        }

        return url;
    }

    private static async ValueTask<(T? Value, IResult? Refusal)> ReadOptionalAsync<T>(HttpContext context, Func<JsonFields, T?> read)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return (default, null);
        }

        var body = await JsonBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted);
        if (body.Refusal is not null)
        {
            return (default, body.Refusal);
        }

        var errors = new FieldErrors();
        if (body.Root.ValueKind != JsonValueKind.Object)
        {
            errors.Add("body", "The body must be an object, or left out.");
            return (default, errors.ToResult());
        }

        var value = read(new JsonFields(body.Root, errors));
        return errors.Any ? (default, errors.ToResult()) : (value, null);
    }

    private static IResult NotFound(Guid id) =>
        Results.Problem($"There is no webhook endpoint '{id}'.", statusCode: StatusCodes.Status404NotFound);
}
