using System.Text.Json.Serialization;
using Npgsql;

namespace AsyncStack.Api.Messages;

/// <summary>Reads what was saved and what the services say of themselves.</summary>
internal sealed class MessageViews(NpgsqlDataSource database)
{
    private const string Sql = """
        select id, content, owner, timestamp from messages order by id desc limit 10;
        select app, status, pod, time from health order by id desc limit 50;
        """;

    /// <summary>The newest 10 messages and the newest 50 rows of the health log, the newest first.</summary>
    public async Task<SavedView> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<MessageView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            messages.Add(new MessageView(rows.GetInt32(0), rows.GetString(1), rows.GetString(2), rows.GetFieldValue<DateTimeOffset>(3)));
        }

        var health = new List<HealthView>();
        await rows.NextResultAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            health.Add(new HealthView(rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetFieldValue<DateTimeOffset>(3)));
        }

        return new SavedView(messages, health);
    }
}

/// <summary>The body of <c>/view</c>.</summary>
internal sealed record SavedView(IReadOnlyList<MessageView> Messages, IReadOnlyList<HealthView> Health);

/// <summary>A saved message.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Content">What was saved.</param>
/// <param name="Owner">Who ran the installation that took it.</param>
/// <param name="Timestamp">When it was saved.</param>
internal sealed record MessageView(int Id, string Content, string Owner, DateTimeOffset Timestamp);

/// <summary>What a service said of itself.</summary>
/// <param name="App">The service.</param>
/// <param name="Status"><c>healthy</c>, or <c>degraded: …</c> or <c>unhealthy: …</c> with the checks that fail.</param>
/// <param name="Pod">Name of the host it runs on.</param>
/// <param name="Time">When it found out.</param>
internal sealed record HealthView(string App, string Status, string Pod, DateTimeOffset Time);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SavedView))]
internal sealed partial class MessageJson : JsonSerializerContext;
