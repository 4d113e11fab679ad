using System.Data.Common;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using AsyncStack.Api.Audit;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;

namespace AsyncStack.Api.DeadLetters;

/// <summary>What no consumer could take: look at it, send it on its way again, or throw it away.</summary>
internal static class DeadLetterEndpoints
{
    // Their bodies are read for the outbox, so a batch is small.
    private const int BatchSize = 100;

    public static void MapDeadLetters(this IEndpointRouteBuilder app)
    {
        var letters = app.MapGroup("/api/v1/dead-letters").WithTags("Dead letters");
        letters.MapGet("", ListAsync).Describe("ListDeadLetters", "Lists what no consumer could take", o => o
            .Query("queue", "Only what came from this queue.", Schemas.Text(255))
            .Query("reason", "Only those whose reason holds this, in any case.", Schemas.Text(255))
            .Query("text", "Only those whose body or correlation id holds this, to the letter.", Schemas.Text(255))
            .Query("dead_after", "Only those given up later than this.", Schemas.Time())
            .Query("dead_before", "Only those given up earlier than this.", Schemas.Time())
            .Query("redriven", "Only those that were sent again, or were not.", Schemas.OneOf("true", "false"))
            .Lists<DeadLetterView>("The dead letters.", "[]"));
        letters.MapPost("/redrive", RedriveManyAsync).ByActor().Describe("RedriveDeadLetters", "Sends dead letters on their way again, by filter", o => o
            .Acted()
            .Takes<BulkBody<DeadLetterFilterBody>>("""{"filter": {"queue": "airflow_results"}, "limit": 100}""")
            .Answers<BulkAnswer>(200, "How many were found, and sent.", """{"matched": 3, "changed": 3}""")
            .Refuses(422, 503));
        letters.MapPost("/delete", DeleteManyAsync).ByActor().Describe("DeleteDeadLetters", "Throws dead letters away, by filter", o => o
            .Acted()
            .Takes<BulkBody<DeadLetterFilterBody>>("""{"filter": {"redriven": true}}""")
            .Answers<BulkAnswer>(200, "How many were found, and deleted.", """{"matched": 3, "changed": 3}""")
            .Refuses(422, 503));
        MapLetter(letters.MapGroup("/{id:guid}"));
    }

    private static void MapLetter(RouteGroupBuilder letter)
    {
        letter.MapPost("/redrive", RedriveAsync).ByActor().Describe("RedriveDeadLetter", "Sends a dead letter on its way again", o => o
            .Acted()
            .Answers(202, "It is on its way.")
            .Refuses(404, 409, 503));
        letter.MapDelete("", DeleteAsync).ByActor().Describe("DeleteDeadLetter", "Throws a dead letter away", o => o
            .Acted()
            .Answers(204, "It is gone.")
            .Refuses(404, 503));
    }

    private static async Task<IResult> ListAsync(HttpContext context, DeadLetterList letters)
    {
        var errors = new FieldErrors();
        var paging = Paging.Read(context.Request, errors);
        var filter = DeadLetterFilter.Read(context.Request.Query, errors);
        return errors.Any
            ? errors.ToResult()
            : Results.Json(
                paging.Cut(await letters.ReadAsync(filter, paging, context.RequestAborted), l => l.Id, context), DeadLetterJson.Default.ListDeadLetterView);
    }

    private static Task<IResult> RedriveManyAsync(HttpContext context, DeadLetterList letters, DeadLetterCommands commands) =>
        RunAsync(context, letters, ReadForRedrive, commands.RedriveAsync);

    private static Task<IResult> DeleteManyAsync(HttpContext context, DeadLetterList letters, DeadLetterCommands commands) =>
        RunAsync(context, letters, DeadLetterFilter.Read, commands.DeleteAsync);

    private static DeadLetterFilter ReadForRedrive(JsonFields fields, FieldErrors errors)
    {
        var filter = DeadLetterFilter.Read(fields, errors);
        if (filter.Redriven == true)
        {
            errors.Add(fields.NameOf("redriven"), "redriven is true; only letters that were not redriven can be. Send false, or leave it out.");
        }

        return filter with { Redriven = false };
    }

    private static async Task<IResult> RunAsync(
        HttpContext context,
        DeadLetterList letters,
        Func<JsonFields, FieldErrors, DeadLetterFilter> read,
        Func<Guid[], string, string?, CancellationToken, Task<int>> run)
    {
        var (request, refusal) = await BulkRequest<DeadLetterFilter>.ReadAsync(context.Request, DeadLetterFilter.Names, read, context.RequestAborted);
        if (refusal is not null)
        {
            return refusal;
        }

        var ids = await letters.FindAsync(request!.Filter, request.Limit, context.RequestAborted);
        var changed = 0;
        foreach (var batch in ids.Chunk(BatchSize))
        {
            changed += await run(batch, Actor.Of(context), request.Details, context.RequestAborted);
        }

        return Results.Json(new BulkAnswer(ids.Count, changed), BulkJson.Default.BulkAnswer);
    }

    private static async Task<IResult> RedriveAsync(Guid id, DeadLetterList letters, DeadLetterCommands commands, HttpContext context) =>
        await commands.RedriveAsync([id], Actor.Of(context), null, context.RequestAborted) > 0 ? Results.Accepted()
        : await letters.ExistsAsync(id, context.RequestAborted)
            ? Results.Problem($"Dead letter '{id}' has been redriven already.", statusCode: StatusCodes.Status409Conflict)
            : NotFound(id);

    private static async Task<IResult> DeleteAsync(Guid id, DeadLetterCommands commands, HttpContext context) =>
        await commands.DeleteAsync([id], Actor.Of(context), null, context.RequestAborted) > 0 ? Results.NoContent() : NotFound(id);

    private static IResult NotFound(Guid id) =>
        Results.Problem($"There is no dead letter '{id}'.", statusCode: StatusCodes.Status404NotFound);
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
    /// <summary>The columns that <see cref="Read"/> takes, in its order.</summary>
    public const string Columns = "id, queue, reason, exchange, routing_key, type, correlation_id, body, dead_at, redriven_at";

    public static DeadLetterView Read(DbDataReader row)
    {
        var body = row.GetFieldValue<byte[]>(7);
        var isText = Utf8.IsValid(body);
        return new(
            row.GetGuid(0),
            row.GetString(1),
            row.GetString(2),
            row.GetString(3),
            row.GetString(4),
            row.IsDBNull(5) ? null : row.GetString(5),
            row.IsDBNull(6) ? null : row.GetString(6),
            isText ? Encoding.UTF8.GetString(body) : Convert.ToBase64String(body),
            isText ? "utf-8" : "base64",
            row.GetFieldValue<DateTimeOffset>(8),
            row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<DeadLetterView>))]
internal sealed partial class DeadLetterJson : JsonSerializerContext;
