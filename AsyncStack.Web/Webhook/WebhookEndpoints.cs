using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace AsyncStack.Web.Webhook;

/// <summary>A ready-made target for callbacks: verifies them and shows what arrived.</summary>
internal static class WebhookEndpoints
{
    private const int MaxWaitSeconds = 60;

    public static IEndpointRouteBuilder MapWebhook(this IEndpointRouteBuilder app)
    {
        app.MapPost("/webhook", Receive);
        app.MapGet("/webhook", Show);
        app.MapGet("/webhook/events", WebhookStream.Open);
        app.MapGet("/webhook/{id}", Find);
        return app;
    }

    private static async Task<IResult> Receive(
        HttpContext http, SignatureVerifier verifier, WebhookInbox inbox, WebMetrics metrics, IOptions<WebhookOptions> options, ILogger<WebhookInbox> logger)
    {
        var body = await ReadBodyAsync(http, options.Value.MaxBodyBytes);
        var headers = WebhookHeaders.From(http.Request.Headers);
        var verdict = verifier.Verify(headers, body);
        metrics.Received(verdict);
        if (verdict == Verdict.Malformed)
            return Refuse(verdict, StatusCodes.Status400BadRequest);
        var webhook = inbox.Add(headers.Id!, WebhookBody.Read(body), verdict == Verdict.Good ? null : ReasonFor(verdict));
        if (webhook.Verified)
            return TypedResults.NoContent();
        Log.WebhookRefused(logger, webhook.WebhookId, webhook.Reason!);
        return Refuse(verdict, StatusCodes.Status401Unauthorized);
    }

    private static async Task<IResult> Show(HttpContext http, WebhookInbox inbox, TimeProvider clock, string? correlation_id = null, int wait = 0)
    {
        http.Response.Headers.Vary = HeaderNames.Accept;
        http.Response.Headers.CacheControl = "no-store";
        if (wait is < 0 or > MaxWaitSeconds)
            return TypedResults.Problem($"The parameter 'wait' is {wait}; it must be 0 to {MaxWaitSeconds} seconds.", statusCode: StatusCodes.Status400BadRequest);
        if (WantsHtml(http.Request))
            return TypedResults.PhysicalFile(Path.Combine(http.RequestServices.GetRequiredService<IWebHostEnvironment>().WebRootPath, "webhook.html"), "text/html; charset=utf-8");
        if (wait > 0)
            await WaitForAsync(inbox, correlation_id, TimeSpan.FromSeconds(wait), clock, http.RequestAborted);
        return TypedResults.Ok(inbox.ReadAfter().Webhooks.Where(w => Matches(w, correlation_id)).Reverse());
    }

    private static IResult Find(string id, WebhookInbox inbox) =>
        inbox.ReadAfter().Webhooks.Where(w => string.Equals(w.WebhookId, id, StringComparison.Ordinal)).MaxBy(w => (w.Verified, -w.Sequence)) is { } webhook
            ? TypedResults.Ok(webhook)
            : TypedResults.Problem("No webhook of this id is among those kept.", statusCode: StatusCodes.Status404NotFound);

    private static async Task<byte[]> ReadBodyAsync(HttpContext http, int maxBytes)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = maxBytes;
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return body.ToArray();
    }

    /// <summary>Returns once a good webhook of this correlation id is there, or the time is up.</summary>
    private static async Task WaitForAsync(WebhookInbox inbox, string? correlationId, TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var timeUp = new CancellationTokenSource(time, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, cancellationToken);
        try
        {
            for (var (webhooks, arrival) = inbox.ReadAfter();
                 !webhooks.Any(w => w.Verified && Matches(w, correlationId));
                 (webhooks, arrival) = inbox.ReadAfter())
                await arrival.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (timeUp.IsCancellationRequested)
        {
            // The answer is what is there by now.
        }
    }

    private static bool Matches(ReceivedWebhook webhook, string? correlationId) =>
        correlationId is null || string.Equals(webhook.CorrelationId, correlationId, StringComparison.Ordinal);

    private static bool WantsHtml(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(a => a.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase) && a.Quality is null or > 0);

    private static ProblemHttpResult Refuse(Verdict verdict, int status) => TypedResults.Problem(ReasonFor(verdict), statusCode: status);

    private static string ReasonFor(Verdict verdict) => verdict switch
    {
        Verdict.Malformed => "The headers webhook-id, webhook-timestamp (Unix seconds) and webhook-signature are required, once each.",
        Verdict.NoSecret => "This receiver has no signing secret: set Webhook:Secret.",
        Verdict.Stale => "The timestamp is too far from now.",
        _ => "No signature matches.",
    };
}
