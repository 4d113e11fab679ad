using System.Globalization;
using AsyncStack.Bench.Reporting;

namespace AsyncStack.Bench.Graph;

/// <summary>One of our processes, read from /proc.</summary>
internal sealed record ServiceProcess(string Name, int Id)
{
    // What USER_HZ is in /proc on every Linux, whatever the kernel's own tick.
    private const double TicksPerSecond = 100;

    /// <summary>CPU time used so far, user and system.</summary>
    public TimeSpan CpuTime()
    {
        var stat = File.ReadAllText($"/proc/{Id}/stat");
        // The second field is the program's name in brackets and may hold spaces; utime and stime are fields 14 and 15.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    /// <summary>CPU time of the whole machine used so far, the kernel's included, without what its host took away.</summary>
    public static TimeSpan MachineCpuTime()
    {
        // user, nice, system, idle, iowait, irq, softirq
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..8]
            .Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToList();
        return TimeSpan.FromSeconds((ticks.Sum() - ticks[3] - ticks[4]) / TicksPerSecond);
    }

    public long ResidentBytes()
    {
        var line = File.ReadLines($"/proc/{Id}/status").First(x => x.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Watches the processes do nothing for a while.</summary>
    public static async Task<IReadOnlyList<ProcessFigures>> MeasureIdleAsync(
        IReadOnlyList<ServiceProcess> processes, TimeSpan duration, CancellationToken cancellationToken)
    {
        var before = processes.Select(x => x.CpuTime()).ToList();
        var started = TimeProvider.System.GetTimestamp();
        await Task.Delay(duration, TimeProvider.System, cancellationToken);
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        return [.. processes.Zip(before, (process, cpu) => new ProcessFigures(
            process.Name, (process.CpuTime() - cpu) / elapsed * 100, process.ResidentBytes()))];
    }
}
