using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Worker.Datasets;

/// <summary>How many dataset jobs run beside each other, section <c>Datasets</c>.</summary>
internal sealed class DatasetJobOptions
{
    public const string Section = "Datasets";

    /// <summary>
    /// Jobs on datasets that this worker runs at once, 1 to 64; more of them wait, holding their slot. Each uses every core and
    /// memory of its own, so that raising it raises the peak memory and seldom the speed. Default 1.
    /// </summary>
    [Range(1, 64)]
    public int ConcurrentJobs { get; set; } = 1;
}
