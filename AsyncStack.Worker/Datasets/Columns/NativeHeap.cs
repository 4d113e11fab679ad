using System.Runtime.InteropServices;

namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>The memory that columns lie in.</summary>
internal static partial class NativeHeap
{
    /// <summary>Gives what was freed back to the system, which the GNU C library does by itself only at its heap's end; others do as they free.</summary>
    public static void Trim()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = TrimGnu(0);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int TrimGnu(nuint keep);
}
