using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Database;
using AsyncStack.Core.DeadLetters;
using Microsoft.EntityFrameworkCore;

namespace AsyncStack.Api.DeadLetters;

/// <summary>What no consumer could take: look at it, and send it on its way again.</summary>
internal static class DeadLetterEndpoints
{
    public static void MapDeadLetters(this IEndpointRouteBuilder app)
    {
        var letters = app.MapGroup("/api/v1/dead-letters").WithTags("Dead letters");
        letters.MapGet("", ListAsync).Describe("ListDeadLetters", "Lists what no consumer could take", o => o
            .Query("queue", "Only what came from this queue.", Schemas.Text())
            .Lists<DeadLetterView>("The dead letters.", "[]"));
        letters.MapPost("/{id:guid}/redrive", RedriveAsync).Describe("RedriveDeadLetter", "Sends a dead letter on its way again", o => o
            .Answers(202, "It is on its way.")
            .Refuses(404, 409, 503));
    }

    private static async Task<IResult> ListAsync(HttpContext context, AsyncStackContext database, string? queue)
    {
        var errors = new FieldErrors();
        var paging = Paging.Read(context.Request, errors);
        errors.CheckText("queue", queue);
        if (errors.Any)
        {
            return errors.ToResult();
        }

        var letters = database.DeadLetters.AsNoTracking();
        letters = queue is null ? letters : letters.Where(l => l.Queue == queue);
        letters = paging.Before is { } before ? letters.Where(l => l.Id < before) : letters;
        var found = await letters.OrderByDescending(l => l.Id).Take(paging.Limit + 1).ToListAsync(context.RequestAborted);
        return Results.Json(paging.Cut(found, l => l.Id, context).ConvertAll(DeadLetterView.Of), DeadLetterJson.Default.ListDeadLetterView);
    }

    private static async Task<IResult> RedriveAsync(Guid id, DeadLetterRedrive redrive, CancellationToken cancellationToken) =>
        await redrive.RedriveAsync(id, cancellationToken) switch
        {
            null => Results.Problem($"There is no dead letter '{id}'.", statusCode: StatusCodes.Status404NotFound),
            false => Results.Problem($"Dead letter '{id}' has been redriven already.", statusCode: StatusCodes.Status409Conflict),
            true => Results.Accepted(),
        };
}

/// <summary>A dead letter as an operator sees it.</summary>
/// <param name="Id">The letter.</param>
/// <param name="Queue">The queue it was taken from.</param>
/// <param name="Reason">Why it was given up.</param>
/// <param name="Exchange">Where a redrive sends it.</param>
/// <param name="RoutingKey">With which routing key.</param>
/// <param name="Type">The AMQP type it had.</param>
/// <param name="CorrelationId">The AMQP correlation id it had.</param>
/// <param name="Body">The body: as text, or in base64 when it is no text.</param>
/// <param name="BodyEncoding"><c>utf-8</c> or <c>base64</c>.</param>
/// <param name="DeadAt">When it was given up.</param>
/// <param name="RedrivenAt">When it was sent again.</param>
internal sealed record DeadLetterView(
    Guid Id,
    string Queue,
    string Reason,
    string Exchange,
    string RoutingKey,
    string? Type,
    string? CorrelationId,
    string Body,
    string BodyEncoding,
    DateTimeOffset DeadAt,
    DateTimeOffset? RedrivenAt)
{
    public static DeadLetterView Of(DeadLetter letter)
    {
        var isText = Utf8.IsValid(letter.Body);
        return new(
            letter.Id,
            letter.Queue,
            letter.Reason,
            letter.Exchange,
            letter.RoutingKey,
            letter.Type,
            letter.CorrelationId,
            isText ? Encoding.UTF8.GetString(letter.Body) : Convert.ToBase64String(letter.Body),
            isText ? "utf-8" : "base64",
            letter.DeadAt,
            letter.RedrivenAt);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<DeadLetterView>))]
internal sealed partial class DeadLetterJson : JsonSerializerContext;
