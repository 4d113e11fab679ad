using AsyncStack.Hosting.Dashboard.Telemetry.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace AsyncStack.Hosting.Dashboard.Telemetry;

/// <summary>The telemetry of the graph that runs and, beside it, that of a session from a file.</summary>
internal sealed class TelemetryStores(IOptions<TelemetryLimits> limits, TimeProvider time) : IDisposable
{
    private ImportedSession? _imported;

    public TelemetryLimits Limits => limits.Value;

    public TelemetrySession Live { get; } = new(limits.Value, time);

    public ImportedSession? Imported => Volatile.Read(ref _imported);

    /// <summary>Puts a session in the place of the one imported before; null closes it.</summary>
    public void Show(ImportedSession? session) => Interlocked.Exchange(ref _imported, session)?.Telemetry.Dispose();

    /// <summary>What is kept of the graph that runs, for <c>/api/about</c>.</summary>
    public TelemetryState State()
    {
        var (spans, logs, metrics) = (Live.Spans.Counts, Live.Logs.Counts, Live.Metrics.Counts);
        return new(
            new(Limits.Spans, Limits.Logs, Limits.MetricPoints, Limits.Bytes * 3, (long)Limits.Age.TotalSeconds),
            new(spans.Kept, logs.Kept, metrics.Kept, spans.Bytes + logs.Bytes + metrics.Bytes),
            new(spans.Dropped, logs.Dropped, metrics.Dropped),
            Imported is { } imported ? new(imported.Name, imported.ExportedAt.ToUnixTimeMilliseconds()) : null);
    }

    /// <summary>Answers from the session that the request names.</summary>
    public IResult Answer(HttpRequest request, Func<TelemetrySession, Query, IResult> answer) =>
        Find(request, out var refusal) is { } session ? answer(session, new Query(request)) : refusal!;

    /// <inheritdoc cref="Answer" />
    public Task<IResult> AnswerAsync(HttpRequest request, Func<TelemetrySession, Query, Task<IResult>> answer) =>
        Find(request, out var refusal) is { } session ? answer(session, new Query(request)) : Task.FromResult(refusal!);

    public void Dispose()
    {
        Show(null);
        Live.Dispose();
    }

    private TelemetrySession? Find(HttpRequest request, out IResult? refusal)
    {
        refusal = null;
        switch (request.Query["session"].ToString())
        {
            case "":
                return Live;
            case "imported" when Imported is { } imported:
                return imported.Telemetry;
            case "imported":
                refusal = SessionEndpoints.NoneImported();
                return null;
            case var other:
                refusal = Results.Problem(
                    $"session is '{(other.Length > 100 ? other[..100] : other)}'; it must be 'imported', or be left out for the graph that runs.",
                    statusCode: StatusCodes.Status400BadRequest);
                return null;
        }
    }
}

/// <summary>What <c>/api/about</c> tells of telemetry.</summary>
internal sealed record TelemetryState(TelemetryBounds Limits, TelemetryAmounts Kept, TelemetryLosses Dropped, ImportedView? Imported);

internal sealed record TelemetryBounds(long Spans, long Logs, long MetricPoints, long Bytes, long AgeSeconds);

internal sealed record TelemetryAmounts(long Spans, long Logs, long MetricPoints, long Bytes);

internal sealed record TelemetryLosses(long Spans, long Logs, long MetricPoints);

/// <param name="Name">Of the application.</param>
/// <param name="ExportedAt">Milliseconds since the epoch.</param>
internal sealed record ImportedView(string Name, long ExportedAt);
