namespace AsyncStack.Hosting.Dashboard.Resources;

/// <summary>One look at all processes of the machine (proc(5)): who started whom, and what each has used.</summary>
internal sealed class ProcessUsage
{
    // USER_HZ, the unit of times in /proc, is 100 on every architecture .NET runs on.
    private const double TicksPerSecond = 100;

    private readonly Dictionary<int, TimeSpan> _processor = [];
    private readonly Dictionary<int, List<int>> _children = [];

    private ProcessUsage()
    {
    }

    public static ProcessUsage Read()
    {
        var look = new ProcessUsage();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), out var process) && ReadText($"{folder}/stat") is { } stat)
                look.Add(process, stat);
        return look;
    }

    /// <summary>Processor time and memory of a process and all that it started; null when it is gone.</summary>
    public (TimeSpan Processor, long MemoryBytes)? Of(int root)
    {
        if (!_processor.ContainsKey(root))
            return null;
        var (processor, own, shared) = (TimeSpan.Zero, 0L, 0L);
        foreach (var process in Tree(root))
        {
            processor += _processor[process];
            if (ReadMemory(process) is not { } memory)
                continue;
            own += memory.Resident - memory.Shared;
            shared = Math.Max(shared, memory.Shared);
        }

        // Pages that the processes share, as those of a database do, are counted once: about as many as the largest shares.
        return (processor, (own + shared) * Environment.SystemPageSize);
    }

    // Fields 4 and 14 to 17, counted from the state after the command's closing bracket. A process takes over the times of children it has
    // waited for, so that nothing is lost or counted twice when one ends.
    private void Add(int process, string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = fields[11..15].Sum(long.Parse);
        _processor[process] = TimeSpan.FromSeconds(ticks / TicksPerSecond);
        var parent = int.Parse(fields[1]);
        if (!_children.TryGetValue(parent, out var children))
            _children[parent] = children = [];
        children.Add(process);
    }

    private IEnumerable<int> Tree(int root)
    {
        var open = new Stack<int>([root]);
        while (open.TryPop(out var process))
        {
            yield return process;
            foreach (var child in _children.GetValueOrDefault(process, []))
                open.Push(child);
        }
    }

    private static (long Resident, long Shared)? ReadMemory(int process)
        => ReadText($"/proc/{process}/statm") is { } text && text.Split(' ') is [_, var resident, var shared, ..]
            ? (long.Parse(resident), long.Parse(shared))
            : null;

    private static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended between being listed and being read.
            return null;
        }
    }
}
