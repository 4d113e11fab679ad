using System.Globalization;

namespace AsyncStack.Bench.Datasets.Measuring;

/// <summary>CPU time and peak memory of another process, from /proc.</summary>
internal static class ProcessUse
{
    // What USER_HZ is in /proc on every Linux, whatever the kernel's own tick.
    private const double TicksPerSecond = 100;

    public static (double User, double System) CpuSeconds(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        // The second field is the program's name in brackets and may hold spaces; utime and stime are fields 14 and 15.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[11]) / TicksPerSecond, Number(fields[12]) / TicksPerSecond);
    }

    /// <summary>Lets the peak begin anew at what the process holds now.</summary>
    public static void ForgetPeak(int processId) => File.WriteAllText($"/proc/{processId}/clear_refs", "5");

    public static long PeakBytes(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(x => x.StartsWith("VmHWM:", StringComparison.Ordinal));
        return Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
