using System.Text.Json;
using System.Text.Json.Serialization;
using AsyncStack.Api.Identity.Keys;
using AsyncStack.Api.Requests;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Identity.Sessions;

/// <summary>How browsers sign in, for the pages: a key becomes a cookie that no script can read.</summary>
internal static class SessionEndpoints
{
    private const string Path = "/auth/session";
    private const int MaxBodyBytes = 4 * 1024;

    public static void MapSessions(this IEndpointRouteBuilder app)
    {
        var session = app.MapGroup(Path).ExcludeFromDescription();
        session.MapGet("", Get);
        session.MapPost("", StartAsync);
        session.MapDelete("", End);
    }

    private static IResult Get(HttpContext context, IOptionsMonitor<AuthOptions> options)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(SessionView.Of(CallerIdentity.Of(context)!, options.CurrentValue.Mode), SessionJson.Default.SessionView);
    }

    private static async Task<IResult> StartAsync(
        HttpContext context, KeyVerifier keys, SessionTickets sessions, IOptionsMonitor<AuthOptions> options)
    {
        if (Refuse(context) is { } refusal)
        {
            return refusal;
        }

        var body = await JsonBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted);
        if (body.Refusal is not null)
        {
            return body.Refusal;
        }

        var errors = new FieldErrors();
        var key = body.Root.ValueKind == JsonValueKind.Object ? new JsonFields(body.Root, errors).Text("key", 200) : null;
        if (key is null)
        {
            errors.Add("key", "The body must be an object whose key is an API key.");
            return errors.ToResult();
        }

        var verified = await keys.VerifyAsync(key, context.RequestAborted);
        if (verified.Principal?.Identity is not CallerIdentity caller)
        {
            context.Response.Headers.WWWAuthenticate = Refusals.Challenge;
            return Results.Problem(verified.Failure!.Message, statusCode: StatusCodes.Status401Unauthorized);
        }

        var known = await keys.FindAsync(KeyText.PrefixOf(key), context.RequestAborted);
        var until = sessions.Start(known.Row!, context);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(SessionView.Of(caller, options.CurrentValue.Mode) with { ExpiresAt = until }, SessionJson.Default.SessionView);
    }

    private static IResult End(HttpContext context)
    {
        if (Refuse(context) is { } refusal)
        {
            return refusal;
        }

        SessionTickets.End(context);
        return Results.NoContent();
    }

    // Nobody is to be signed in or out by a page of another origin either.
    private static IResult? Refuse(HttpContext context) => SameOrigin.Allows(context.Request)
        ? null
        : Results.Problem("Sessions are started and ended by pages of this origin only: Sec-Fetch-Site or Origin has to say so.", statusCode: StatusCodes.Status403Forbidden);
}

/// <summary>Who is signed in.</summary>
/// <param name="Mode"><c>required</c>, or <c>anonymous</c> where nobody has to sign in.</param>
/// <param name="Name">As the audit names them.</param>
/// <param name="Tenant">Whose they are.</param>
/// <param name="Scopes">What they may do.</param>
/// <param name="ExpiresAt">When the session, or else the credential, ends; null for never.</param>
internal sealed record SessionView(string Mode, string Name, string Tenant, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt)
{
    public static SessionView Of(CallerIdentity caller, AuthMode mode) =>
        new(mode == AuthMode.Anonymous ? "anonymous" : "required", caller.CallerName, caller.Tenant, caller.Scopes.NamesOf(), caller.ExpiresAt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SessionView))]
internal sealed partial class SessionJson : JsonSerializerContext;
