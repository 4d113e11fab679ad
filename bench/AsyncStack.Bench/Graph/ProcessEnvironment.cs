using System.Text;

namespace AsyncStack.Bench.Graph;

/// <summary>
/// What a service was told by its environment. Connection strings and secrets are in no file of the graph's,
/// but whoever may measure its processes may read this.
/// </summary>
internal static class ProcessEnvironment
{
    public static IReadOnlyDictionary<string, string> Of(int processId) =>
        Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{processId}/environ"))
            .Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(x => x.Split('=', 2))
            .ToDictionary(x => x[0], x => x[1], StringComparer.Ordinal);
}
