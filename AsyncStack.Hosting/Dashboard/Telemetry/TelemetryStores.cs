using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace AsyncStack.Hosting.Dashboard.Telemetry;

/// <summary>The telemetry of the graph that runs and, beside it, that of a session from a file.</summary>
internal sealed class TelemetryStores(IOptions<TelemetryLimits> limits, TimeProvider time)
{
    public TelemetryLimits Limits => limits.Value;

    public TelemetrySession Live { get; } = new(limits.Value, time);

    /// <summary>Answers from the session that the request names.</summary>
    public IResult Answer(HttpRequest request, Func<TelemetrySession, Query, IResult> answer) =>
        Find(request, out var refusal) is { } session ? answer(session, new Query(request)) : refusal!;

    /// <inheritdoc cref="Answer" />
    public Task<IResult> AnswerAsync(HttpRequest request, Func<TelemetrySession, Query, Task<IResult>> answer) =>
        Find(request, out var refusal) is { } session ? answer(session, new Query(request)) : Task.FromResult(refusal!);

    private TelemetrySession? Find(HttpRequest request, out IResult? refusal)
    {
        refusal = null;
        var name = request.Query["session"].ToString();
        if (name.Length == 0)
            return Live;
        refusal = Results.Problem($"session is '{name}'; leave it out for the graph that runs.", statusCode: StatusCodes.Status400BadRequest);
        return null;
    }
}
