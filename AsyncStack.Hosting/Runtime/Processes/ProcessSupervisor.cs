using System.Diagnostics;

namespace AsyncStack.Hosting.Runtime.Processes;

/// <summary>
/// Starts commands under a guardian: a small shell that is the command's parent, in a session of its own, and reads a pipe
/// from this process. When the pipe ends, because this process stopped or was killed, the guardian ends the command and all
/// it started. (A parent-death signal alone would not do: it is bound to the thread that forked and reaches one process.)
/// </summary>
internal static class ProcessSupervisor
{
    private static readonly Lazy<string> Script = new(() => EmbeddedText.Read("guardian.sh"));

    /// <summary>Starts the command; returns once its process id is known.</summary>
    /// <exception cref="MissingProgramException">The program is not there.</exception>
    public static async Task<IRunningResource> StartAsync(ProcessSpec spec, CancellationToken cancellationToken)
    {
        var program = Programs.Require(spec.FileName, spec.InstallCommand ?? $"(put '{spec.FileName}' on the PATH)");
        var guardian = new Process { StartInfo = StartInfo(spec, program) };
        guardian.Start();
        var running = new SupervisedProcess(spec, guardian);
        try
        {
            await running.Started.WaitAsync(cancellationToken);
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    private static ProcessStartInfo StartInfo(ProcessSpec spec, string program)
    {
        var shell = Shell(spec.Environment.Keys);
        var info = new ProcessStartInfo("setsid")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = spec.WorkingDirectory ?? "/",
        };
        if (!spec.InheritsEnvironment)
        {
            info.Environment.Clear();
        }

        info.Environment["PATH"] = Programs.SearchPath;
        foreach (var (name, value) in spec.Environment)
        {
            info.Environment[name] = value;
        }

        // A name of its own for each, so that a graph inside a graph keeps the outer one's mark.
        var mark = $"ASYNCSTACK_GUARD_{Guid.NewGuid():N}";
        var user = spec.Account is { } account ? $"{account.UserId}:{account.GroupId}" : "";
        string[] head = [shell, "-c", Script.Value, "guardian", mark, shell, spec.StopSignal, user, spec.Cleanup ?? "", program];
        foreach (var argument in head.Concat(spec.Arguments))
        {
            info.ArgumentList.Add(argument);
        }

        return info;
    }

    // Dash drops variables whose names are no identifiers ("services__my-api__http__0"); bash passes them on.
    private static string Shell(IEnumerable<string> names) =>
        names.All(IsIdentifier)
            ? Programs.Require("sh", "apt-get install -y dash")
            : Programs.Require("bash", "apt-get install -y bash");

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
