using System.Text;

namespace AsyncStack.Hosting.Tests.Processes;

/// <summary>The machine's processes, read from /proc.</summary>
internal static class ProcessTable
{
    /// <summary>Name of an environment variable that everything below one test's processes inherits.</summary>
    public static string Mark(string id) => $"TEST_MARK_{id}";

    /// <summary>Every process, zombies included, below the given one.</summary>
    public static IReadOnlyList<int> DescendantsOf(int processId)
    {
        var children = All().ToLookup(ParentOf);
        var found = new List<int>();
        var open = new Queue<int>([processId]);
        while (open.TryDequeue(out var parent))
        {
            foreach (var child in children[parent])
            {
                found.Add(child);
                open.Enqueue(child);
            }
        }

        return found;
    }

    /// <summary>Every process that inherited the mark, wherever it went.</summary>
    public static IReadOnlyList<int> MarkedWith(string id) =>
        [.. All().Where(processId => Read(processId, "environ").Contains(Mark(id) + "=1", StringComparison.Ordinal))];

    public static bool IsRunning(int processId) => State(processId) is not (null or 'Z');

    /// <summary>Whether the id is taken, be it by a zombie.</summary>
    public static bool Exists(int processId) => State(processId) is not null;

    public static int ParentOf(int processId) => Stat(processId) is [_, var parent, ..] ? int.Parse(parent) : 0;

    public static string CommandLine(int processId) => Read(processId, "cmdline").Replace('\0', ' ');

    private static List<int> All() =>
        [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!))];

    private static char? State(int processId) => Stat(processId) is [var state, ..] ? state[0] : null;

    private static string[] Stat(int processId)
    {
        var stat = Read(processId, "stat");
        return stat.Length == 0 ? [] : stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static string Read(int processId, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{processId}/{file}"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
