using System.Runtime.InteropServices;

namespace AsyncStack.Bench.Graph;

/// <summary>Signals by number, as Linux has them on every architecture that .NET runs on.</summary>
internal static partial class Posix
{
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int processId, int signal);
}
