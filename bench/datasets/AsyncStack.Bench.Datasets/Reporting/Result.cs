using AsyncStack.Bench.Datasets.Measuring;

namespace AsyncStack.Bench.Datasets.Reporting;

/// <summary>What one system took for one piece of work on one file.</summary>
internal sealed record Result(string Size, string Work, string System, Measurement Figures);

/// <summary>One way of getting a file into storage.</summary>
/// <param name="Beside">Seconds of the plain way that it is held against; null for that way itself.</param>
internal sealed record Upload(string Size, string Way, double Bytes, double Seconds, double? Beside = null);
