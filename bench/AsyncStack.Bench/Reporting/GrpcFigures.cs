namespace AsyncStack.Bench.Reporting;

/// <param name="PerSecond">Calls answered a second.</param>
/// <param name="Latency">Of each call, 128 being under way.</param>
/// <param name="Calls">All that were made, those before the measurement too.</param>
internal sealed record CallFigures(double PerSecond, Percentiles Latency, long Calls);

/// <summary>What was measured of one server of gRPC.</summary>
internal sealed class GrpcFigures
{
    public CallFigures? Check { get; set; }

    public CallFigures? Process { get; set; }

    public CallFigures? Get { get; set; }

    /// <summary>Calls that failed and rows that are not there: a run with any is worth nothing.</summary>
    public List<string> Faults { get; } = [];
}
