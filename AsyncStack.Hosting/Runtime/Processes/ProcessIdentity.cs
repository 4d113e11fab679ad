namespace AsyncStack.Hosting.Runtime.Processes;

/// <summary>Tells a process from a later one with the same id.</summary>
internal static class ProcessIdentity
{
    /// <summary>When the process started, in ticks since boot; with its id this names one process for good. Null when there is none.</summary>
    public static string? StartTime(int processId)
    {
        try
        {
            // Field 22, counted after the command's closing bracket, as the command may contain anything.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
