using System.Text;
using AsyncStack.Core.Messaging;
using Npgsql;
using NpgsqlTypes;
using RabbitMQ.Client;

namespace AsyncStack.Core.DeadLetters;

/// <summary>Where a dead message came from and why it was given up.</summary>
/// <param name="Queue">The queue that held it.</param>
/// <param name="Reason">Why no consumer could take it.</param>
/// <param name="Exchange">The exchange it was published to; redriving publishes there again.</param>
/// <param name="RoutingKey">The key it was published with.</param>
public sealed record DeadLetterOrigin(string Queue, string Reason, string Exchange, string RoutingKey);

/// <summary>Keeps dead messages in the table <c>dead_letters</c>.</summary>
public sealed class DeadLetterStore(NpgsqlDataSource database, TimeProvider time)
{
    private const string Sql = """
        insert into dead_letters
            (id, message_key, queue, reason, exchange, routing_key, type, correlation_id, traceparent, body, dead_at)
        values (@id, @key, @queue, @reason, @exchange, @routing, @type, @correlation, @trace, @body, @now)
        on conflict (message_key) do update set reason = excluded.reason, dead_at = excluded.dead_at, redriven_at = null
        """;

    /// <summary>Stores a message. One that has a <c>message_id</c> is stored once, however often it is delivered.</summary>
    public async Task AddAsync(
        DeadLetterOrigin origin, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue("id", Guid.CreateVersion7(now));
        command.Parameters.Add(Text("key", MessageKey.Of(origin.Queue, properties, body.Span)));
        command.Parameters.AddWithValue("queue", origin.Queue);
        command.Parameters.AddWithValue("reason", Clean(origin.Reason)!);
        command.Parameters.AddWithValue("exchange", Clean(origin.Exchange)!);
        command.Parameters.AddWithValue("routing", Clean(origin.RoutingKey)!);
        command.Parameters.Add(Text("type", Clean(properties.Type)));
        command.Parameters.Add(Text("correlation", Clean(properties.CorrelationId)));
        command.Parameters.Add(Text("trace", Clean(MessageHeaders.Text(properties, "traceparent"))));
        command.Parameters.AddWithValue("body", body.ToArray());
        command.Parameters.AddWithValue("now", now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // Postgres takes no NUL in text; what a stranger sent must not stop its message from being kept.
    private static string? Clean(string? text) => text?.Replace('\0', '\uFFFD');

    private static NpgsqlParameter Text(string name, string? value) =>
        new(name, NpgsqlDbType.Text) { Value = (object?)value ?? DBNull.Value };
}

/// <summary>Reads AMQP headers, whose texts arrive as bytes.</summary>
public static class MessageHeaders
{
    /// <summary>The header as text; null when it is absent or no text.</summary>
    public static string? Text(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers is { } headers && headers.TryGetValue(name, out var value) ? Text(value) : null;

    /// <summary>A header's value as text; null when it is none.</summary>
    public static string? Text(object? value) => value switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        string text => text,
        _ => null,
    };
}
