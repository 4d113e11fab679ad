using System.Runtime.InteropServices;

namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>What a job has held and let go.</summary>
internal static partial class FreedMemory
{
    // A collected heap of less is not worth a pause.
    private const long WorthCollecting = 64L << 20;

    /// <summary>
    /// Gives it back to the system, so that the next job begins from where this one did: the runtime by itself keeps what its heap has
    /// grown to for a while, and the GNU C library what is not at the end of its own.
    /// </summary>
    public static void GiveBack()
    {
        if (GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes > WorthCollecting)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }

        if (OperatingSystem.IsLinux())
        {
            Trim();
        }
    }

    private static void Trim()
    {
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
