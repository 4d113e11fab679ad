using System.Text.Json.Serialization;
using AsyncStack.Api.Stats;
using AsyncStack.Core.Messaging;

namespace AsyncStack.Api.Queues;

/// <summary>The body of <c>/api/v1/queues</c>. What could not be read is null and named in <paramref name="Missing"/>.</summary>
/// <param name="Queues">Every queue, by name.</param>
/// <param name="Missing">Why a figure is null, by its name; left out when none is.</param>
internal sealed record QueuesView(
    IReadOnlyList<QueueView> Queues,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? Missing);

/// <summary>A queue.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Ready">Messages that wait for a consumer.</param>
/// <param name="Unacknowledged">Messages that a consumer has and has not acknowledged.</param>
/// <param name="Consumers">Its consumers.</param>
/// <param name="RateIn">Messages published to it, a second.</param>
/// <param name="RateOut">Messages acknowledged, a second.</param>
/// <param name="Paused">Whether workers take nothing from it.</param>
/// <param name="ControlledAt">When it was last paused or resumed; null when it never was.</param>
/// <param name="ControlledBy">Who did.</param>
internal sealed record QueueView(
    string Name,
    long? Ready,
    long? Unacknowledged,
    long? Consumers,
    double? RateIn,
    double? RateOut,
    bool Paused,
    DateTimeOffset? ControlledAt,
    string? ControlledBy);

/// <summary>Brings together what the broker and Postgres know of the queues.</summary>
internal sealed class QueueOverview(StatsReader stats, QueueRates rates, QueueControl control)
{
    private const string Prefix = "queues.";

    /// <summary>Fails only when Postgres is away.</summary>
    public async Task<QueuesView> ReadAsync(CancellationToken cancellationToken)
    {
        var (counting, rating) = (stats.ReadAsync(), rates.ReadAsync());
        var controls = await control.ReadAsync(cancellationToken);
        var (counted, rated) = (await counting, await rating);
        return new QueuesView([.. Topology.QueueNames.Order(StringComparer.Ordinal).Select(View)], Missing(counted, rated.Missing));

        QueueView View(string name)
        {
            var counts = counted.Queues?.GetValueOrDefault(name);
            var rate = rated.Rates?.GetValueOrDefault(name);
            var state = controls.GetValueOrDefault(name);
            return new QueueView(
                name, counts?.Ready, counts?.Unacknowledged, counts?.Consumers, rate?.In, rate?.Out, state?.Paused ?? false, state?.At, state?.By);
        }
    }

    private static SortedDictionary<string, string>? Missing(StatsView counted, string? rates)
    {
        var missing = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (part, reason) in counted.Missing ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            string[] figures = part == "queues" ? ["ready", "unacknowledged", "consumers"] : part.StartsWith(Prefix, StringComparison.Ordinal) ? [part[Prefix.Length..]] : [];
            Array.ForEach(figures, f => missing[f] = reason);
        }

        if (rates is not null)
        {
            (missing["rate_in"], missing["rate_out"]) = (rates, rates);
        }

        return missing.Count == 0 ? null : missing;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(QueuesView))]
[JsonSerializable(typeof(QueueControlView))]
internal sealed partial class QueuesJson : JsonSerializerContext;
