using System.Text.Json.Serialization;

namespace AsyncStack.Bench.Datasets.Measuring;

/// <summary>What one piece of work took.</summary>
/// <param name="Seconds">From before the reading until the answer is written; of a job, from <c>started_at</c> to <c>finished_at</c>.</param>
/// <param name="UserSeconds">CPU time in the program, over all cores.</param>
/// <param name="SystemSeconds">CPU time in the kernel on its behalf.</param>
/// <param name="PeakBytes">The most memory the process has held (VmHWM).</param>
/// <param name="WallSeconds">Of a job, from the POST until it was seen completed.</param>
internal sealed record Measurement(
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("user_seconds")] double UserSeconds,
    [property: JsonPropertyName("system_seconds")] double SystemSeconds,
    [property: JsonPropertyName("peak_bytes")] long PeakBytes,
    double? WallSeconds = null)
{
    public double CpuSeconds => UserSeconds + SystemSeconds;
}
