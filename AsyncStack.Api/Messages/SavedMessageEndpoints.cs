using System.Text.Json.Serialization;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using Npgsql;

namespace AsyncStack.Api.Messages;

/// <summary>All messages that were saved; <c>/view</c> has the newest only.</summary>
internal static class SavedMessageEndpoints
{
    private const string Example = """{"id": 7, "content": "Hello", "owner": "AsyncStack", "timestamp": "2030-01-31T12:00:00Z"}""";

    public static void MapSavedMessages(this IEndpointRouteBuilder app) => app.MapGet("/api/v1/messages", ListAsync).WithTags("Messages").Describe(
        "ListMessages", "Lists the messages that were saved", o => o
            .Query("text", "Only messages that hold this, in capitals or not.", Schemas.Text(255))
            .Lists<MessageView>("The messages.", $"[{Example}]"));

    private static async Task<IResult> ListAsync(HttpContext context, SavedMessageList messages)
    {
        var errors = new FieldErrors();
        var (paging, text) = (Paging.Read(context.Request, errors), context.Request.QueryText("text"));
        errors.CheckText("text", text);
        return errors.Any
            ? errors.ToResult()
            : Results.Json(
                paging.Cut(await messages.ReadAsync(text, paging, context.RequestAborted), m => Paging.Place(m.Id), context), SavedMessageJson.Default.ListMessageView);
    }
}

/// <summary>Reads the table <c>messages</c>.</summary>
internal sealed class SavedMessageList(NpgsqlDataSource database)
{
    /// <summary>Messages that hold the text, newest first, one more than the page holds.</summary>
    public async Task<List<MessageView>> ReadAsync(string? text, Paging paging, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        var conditions = new Conditions(command)
            .Add(paging.BeforeNumber, "id < @before", "before")
            .Add(text?.ToLowerInvariant(), "strpos(lower(content), @text) > 0", "text");
        command.Parameters.AddWithValue("limit", paging.Limit + 1);
        command.CommandText = $"select id, content, owner, timestamp from messages where {conditions} order by id desc limit @limit";

        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<MessageView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            messages.Add(new MessageView(rows.GetInt32(0), rows.GetString(1), rows.GetString(2), rows.GetFieldValue<DateTimeOffset>(3)));
        }

        return messages;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<MessageView>))]
internal sealed partial class SavedMessageJson : JsonSerializerContext;
