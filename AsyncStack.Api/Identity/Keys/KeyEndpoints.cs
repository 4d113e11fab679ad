using System.Text.Json;
using AsyncStack.Api.Audit;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Identity.Keys;

/// <summary>API keys: which there are, and their making, replacing and end.</summary>
internal static class KeyEndpoints
{
    private const string Path = "/api/v1/keys";
    private const int MaxBodyBytes = 16 * 1024;
    private const int MaxOverlapSeconds = 30 * 86_400;
    private const string Details = """
        {
          "id": "0192f0c4-0000-7000-8000-000000000001", "prefix": "ask_4fTq9ZxB", "name": "importer", "tenant": "default", "scopes": ["jobs:submit", "datasets:*"],
          "created_at": "2030-01-01T12:00:00Z", "created_by": "key:firstkey", "expires_at": null, "revoked_at": null, "last_used_at": null, "replaces": null
        }
        """;

    private const string Made = $$"""{"key": "ask_4fTq9ZxB_…", "details": {{Details}}}""";

    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup(Path).WithTags("Keys");
        keys.MapGet("", ListAsync).Describe("ListKeys", "Lists API keys", o => o
            .Query("active", "Only those that are valid, or are not.", Schemas.OneOf("true", "false"))
            .Query("tenant", "Only those of this tenant.", Schemas.Text())
            .Lists<KeyView>("The keys.", $"[{Details}]"));
        keys.MapPost("", CreateAsync).ByActor().Describe("CreateKey", "Makes an API key", o => o
            .Acted()
            .Takes<KeyBody>("""{"name": "importer", "scopes": ["jobs:submit", "datasets:*"]}""")
            .Answers<NewKeyView>(201, "The key, shown this once.", Made).With("Location", "The key.")
            .Refuses(422, 503));
        MapKey(keys.MapGroup("/{id:guid}"));
    }

    private static void MapKey(RouteGroupBuilder key)
    {
        key.MapGet("", GetAsync).Describe("GetKey", "An API key", o => o.Answers<KeyView>(200, "The key.", Details).Refuses(404, 503));
        key.MapPost("/rotate", RotateAsync).ByActor().Describe("RotateKey", "Makes a key in the place of another", o => o
            .Says("The new one has the name, the tenant and the scopes of the one before, which is valid until the overlap is over.")
            .Acted()
            .Takes<RotateKeyBody>("""{"overlap_seconds": 3600}""")
            .Answers<NewKeyView>(201, "The new key, shown this once.", Made).With("Location", "The new key.")
            .Refuses(409, "The key has ended: it was revoked, or has expired.")
            .Refuses(404, 422, 503));
        key.MapPost("/revoke", RevokeAsync).ByActor().Describe("RevokeKey", "Ends a key, everywhere within a second", o => o
            .Acted()
            .Answers<KeyView>(200, "The key is not valid any more.", Details)
            .Refuses(404, 503));
    }

    private static async Task<IResult> ListAsync(HttpContext context, KeyList keys)
    {
        var errors = new FieldErrors();
        var paging = Paging.Read(context.Request, errors);
        var (active, tenant) = (context.Request.QueryFlag("active", errors), context.Request.QueryText("tenant"));
        errors.CheckText("tenant", tenant);
        return errors.Any
            ? errors.ToResult()
            : Results.Json(paging.Cut(await keys.ReadAsync(active, tenant, paging, context.RequestAborted), k => k.Id, context), KeysJson.Default.ListKeyView);
    }

    private static async Task<IResult> GetAsync(Guid id, KeyList keys, HttpContext context) =>
        await keys.FindAsync(id, context.RequestAborted) is { } key ? Results.Json(key, KeysJson.Default.KeyView) : NotFound(id);

    private static async Task<IResult> CreateAsync(HttpContext context, KeyCommands commands, TimeProvider time)
    {
        var body = await JsonBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted);
        if (body.Refusal is not null)
        {
            return body.Refusal;
        }

        var errors = new FieldErrors();
        if (body.Root.ValueKind != JsonValueKind.Object)
        {
            errors.Add("body", "The body must be an object with the fields name and scopes.");
            return errors.ToResult();
        }

        var key = NewKey.Read(body.Root, time.GetUtcNow(), errors);
        return errors.Any ? errors.ToResult() : Created(await commands.CreateAsync(key, Actor.Of(context), context.RequestAborted), context.Response);
    }

    private static async Task<IResult> RotateAsync(Guid id, HttpContext context, KeyCommands commands, IOptionsMonitor<AuthOptions> options, TimeProvider time)
    {
        var (seconds, expiresAt, refusal) = await ReadRotationAsync(context, time.GetUtcNow());
        if (refusal is not null)
        {
            return refusal;
        }

        var overlap = seconds is { } given ? TimeSpan.FromSeconds(given) : options.CurrentValue.KeyOverlap;
        var (made, ended) = await commands.RotateAsync(id, overlap, expiresAt, Actor.Of(context), context.RequestAborted);
        return made is not null ? Created(made, context.Response)
            : ended is not null ? Results.Problem($"The key '{ended.Prefix}' has ended; make a new one instead.", statusCode: StatusCodes.Status409Conflict)
            : NotFound(id);
    }

    private static async Task<IResult> RevokeAsync(Guid id, HttpContext context, KeyCommands commands, KeyList keys)
    {
        await commands.RevokeAsync(id, Actor.Of(context), context.RequestAborted);
        return await GetAsync(id, keys, context);
    }

    private static async ValueTask<(int? Seconds, DateTimeOffset? ExpiresAt, IResult? Refusal)> ReadRotationAsync(HttpContext context, DateTimeOffset now)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return default;
        }

        var body = await JsonBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted);
        if (body.Refusal is not null)
        {
            return (null, null, body.Refusal);
        }

        var errors = new FieldErrors();
        if (body.Root.ValueKind != JsonValueKind.Object)
        {
            errors.Add("body", "The body must be an object, or left out.");
            return (null, null, errors.ToResult());
        }

        var fields = new JsonFields(body.Root, errors);
        var (seconds, expiresAt) = (fields.Integer("overlap_seconds", 0, MaxOverlapSeconds), NewKey.ReadEnd(fields, now, errors));
        return (seconds, expiresAt, errors.Any ? errors.ToResult() : null);
    }

    private static IResult Created(NewKeyView key, HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.Location = $"{Path}/{key.Details.Id}";
        return Results.Json(key, KeysJson.Default.NewKeyView, statusCode: StatusCodes.Status201Created);
    }

    private static IResult NotFound(Guid id) => Results.Problem($"There is no key '{id}'.", statusCode: StatusCodes.Status404NotFound);
}
