using System.Text.Json;
using System.Text.Json.Nodes;
using AsyncStack.Api.Requests;
using Npgsql;

namespace AsyncStack.Api.DeadLetters;

/// <summary>Which dead letters are meant; null for all.</summary>
/// <param name="Queue">The queue they were taken from.</param>
/// <param name="Reason">What their reason holds, in whatever case.</param>
/// <param name="Text">What their body or correlation id holds, to the letter.</param>
/// <param name="DeadAfter">They were given up later than this.</param>
/// <param name="DeadBefore">They were given up earlier than this.</param>
/// <param name="Redriven">Whether they were sent again already.</param>
internal sealed record DeadLetterFilter(
    string? Queue, string? Reason, string? Text, DateTimeOffset? DeadAfter, DateTimeOffset? DeadBefore, bool? Redriven)
{
    public static readonly string[] Names = ["queue", "reason", "text", "dead_after", "dead_before", "redriven"];

    private const int MaxLength = 255;

    public static DeadLetterFilter Read(JsonFields fields, FieldErrors errors) => new(
        fields.Text("queue", MaxLength),
        fields.Text("reason", MaxLength),
        fields.Text("text", MaxLength),
        fields.Time("dead_after"),
        fields.Time("dead_before"),
        fields.Boolean("redriven"));

    /// <summary>The same from a query.</summary>
    public static DeadLetterFilter Read(IQueryCollection query, FieldErrors errors)
    {
        var given = Names.Select(n => (Name: n, Text: query[n].ToString())).Where(f => f.Text.Length > 0);
        var fields = new JsonObject(given.Select(f => KeyValuePair.Create(f.Name, f switch
        {
            { Name: "redriven", Text: "true" or "false" } => (JsonNode?)(f.Text == "true"),
            _ => (JsonNode?)f.Text,
        })));
        return Read(new JsonFields(JsonElement.Parse(fields.ToJsonString()), errors), errors);
    }

    /// <summary>The condition in SQL, whose parameters are added to the command.</summary>
    public Conditions AddTo(NpgsqlCommand command) => new Conditions(command)
        .Add(Queue, "queue = @queue", "queue")
        .Add(Reason?.ToLowerInvariant(), "position(@reason in lower(reason)) > 0", "reason")
        .Add(Text, "(position(convert_to(@text, 'UTF8') in body) > 0 or position(@text in coalesce(correlation_id, '')) > 0)", "text")
        .Add(DeadAfter, "dead_at > @after", "after")
        .Add(DeadBefore, "dead_at < @before_time", "before_time")
        .Add(Redriven, "(redriven_at is not null) = @redriven", "redriven");
}
