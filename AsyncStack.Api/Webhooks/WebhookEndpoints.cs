using AsyncStack.Api.Audit;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Api.Webhooks.Targets;
using AsyncStack.Core.Database;
using AsyncStack.Core.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace AsyncStack.Api.Webhooks;

/// <summary>What became of the callbacks.</summary>
internal static class WebhookEndpoints
{
    private static readonly string[] States = ["pending", "delivered", "dead"];

    public static void MapWebhooks(this IEndpointRouteBuilder app)
    {
        var deliveries = app.MapGroup("/api/v1/webhooks/deliveries").WithTags("Webhooks");
        deliveries.MapGet("", ListAsync).Describe("ListDeliveries", "Lists callbacks and what became of them", o => o
            .Query("state", "Only deliveries in this state.", Schemas.OneOf(States))
            .Query("correlation_id", "Only those of this job.", Schemas.Text())
            .Query("target", "Only those to this address.", Schemas.Text())
            .Lists<DeliveryView>("The deliveries.", "[]"));
        deliveries.MapGet("/{id:guid}", GetAsync).Describe("GetDelivery", "A delivery with its body and every attempt", o => o
            .Answers<DeliveryDetail>(200, "The delivery.")
            .Refuses(404, 503));
        deliveries.MapPost("/{id:guid}/replay", ReplayAsync).ByActor().Describe("ReplayDelivery", "Sends a delivery that has ended again", o => o
            .Acted()
            .Answers<DeliveryDetail>(202, "It is sent again, from its first attempt on.").With("Location", "The delivery.")
            .Refuses(404, 409, 503));
        app.MapWebhookEndpoints();
    }

    private static async Task<IResult> ListAsync(
        HttpContext http,
        AsyncStackContext database,
        CancellationToken cancellationToken,
        string? state = null,
        string? correlation_id = null,
        string? target = null)
    {
        var errors = new FieldErrors();
        var paging = Paging.Read(http.Request, errors);
        errors.CheckText("correlation_id", correlation_id);
        errors.CheckText("target", target);
        if (state is not null && !States.Contains(state))
        {
            errors.Add("state", $"state must be one of {string.Join(", ", States)}.");
        }

        if (errors.Any)
        {
            return errors.ToResult();
        }

        var rows = await Matching(database, state, correlation_id, target, paging).ToListAsync(cancellationToken);
        return Results.Json(paging.Cut(rows, d => d.Id, http), WebhooksJson.Default.ListDeliveryView);
    }

    private static IQueryable<DeliveryView> Matching(
        AsyncStackContext database, string? state, string? correlationId, string? target, Paging paging) =>
        database.WebhookDeliveries.AsNoTracking()
            .Where(d => state == null || d.State == state)
            .Where(d => correlationId == null || d.CorrelationId == correlationId)
            .Where(d => target == null || d.TargetUrl == target)
            .Where(d => paging.Before == null || d.Id < paging.Before)
            .OrderByDescending(d => d.Id)
            .Take(paging.Limit + 1)
            .Select(d => new DeliveryView(
                d.Id, d.JobId, d.CorrelationId, d.EventType, d.TargetUrl, d.State, d.Attempts, d.NextAttemptAt, d.LastStatus, d.LastError,
                d.CreatedAt, d.FinishedAt));

    private static async Task<IResult> GetAsync(Guid id, AsyncStackContext database, CancellationToken cancellationToken) =>
        await FindAsync(id, database, cancellationToken) is { } detail
            ? Results.Json(detail, WebhooksJson.Default.DeliveryDetail)
            : NotFound(id);

    private static async Task<IResult> ReplayAsync(Guid id, DeliveryReplay replay, AsyncStackContext database, HttpContext http)
    {
        var replayed = await replay.ReplayAsync(id, Actor.Of(http), http.RequestAborted);
        if (await FindAsync(id, database, http.RequestAborted) is not { } detail)
        {
            return NotFound(id);
        }

        if (!replayed)
        {
            return Results.Problem(
                $"Delivery '{id}' is pending already; only one that was delivered or given up can be replayed.",
                statusCode: StatusCodes.Status409Conflict);
        }

        http.Response.Headers.Location = $"/api/v1/webhooks/deliveries/{id}";
        return Results.Json(detail, WebhooksJson.Default.DeliveryDetail, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<DeliveryDetail?> FindAsync(Guid id, AsyncStackContext database, CancellationToken cancellationToken)
    {
        var delivery = await database.WebhookDeliveries.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, cancellationToken);
        if (delivery is null)
        {
            return null;
        }

        var attempts = await database.WebhookAttempts.AsNoTracking()
            .Where(a => a.DeliveryId == id).OrderBy(a => a.Attempt).ToListAsync(cancellationToken);
        return new DeliveryDetail(DeliveryView.Of(delivery), delivery.Body, attempts.ConvertAll(AttemptView.Of));
    }

    private static IResult NotFound(Guid id) =>
        Results.Problem($"There is no delivery '{id}'.", statusCode: StatusCodes.Status404NotFound);
}
