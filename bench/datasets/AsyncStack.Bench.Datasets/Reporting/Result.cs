using AsyncStack.Bench.Datasets.Measuring;

namespace AsyncStack.Bench.Datasets.Reporting;

/// <summary>What one system took for one piece of work on one file.</summary>
internal sealed record Result(string Size, string Work, string System, Measurement Figures);

/// <summary>One way of getting a file into storage.</summary>
/// <param name="CpuSeconds">CPU time of the Api, user and system; null of a way past it.</param>
/// <param name="Beside">Seconds of the plain way that it is held against; null for a plain way itself.</param>
/// <param name="Unflushed">Seconds of the plain way that promises less, for information; 0 when there is none.</param>
internal sealed record Upload(
    string Size, string Way, double Bytes, double Seconds, double? CpuSeconds = null, double? Beside = null, double Unflushed = 0);
