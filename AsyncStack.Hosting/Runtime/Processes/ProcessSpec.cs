namespace AsyncStack.Hosting.Runtime.Processes;

/// <summary>A command to run under a guardian.</summary>
internal sealed record ProcessSpec
{
    /// <summary>Name of the resource, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute path, or a name looked up on the PATH and in the system's sbin folders.</summary>
    public required string FileName { get; init; }

    /// <summary>Passed as they are, no shell. Visible to every user of the machine: no secrets.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Environment of the command, secrets included; never part of a command line.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether this process's own environment is passed on too; servers get a clean one, so that a stray PGDATA does not redirect them.</summary>
    public bool InheritsEnvironment { get; init; } = true;

    /// <summary>An existing absolute folder; null is the root folder.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Account to run as when this process is root; null keeps the present one.</summary>
    public Account? Account { get; init; }

    /// <summary>Name of the signal, without SIG, that asks the command to stop.</summary>
    public string StopSignal { get; init; } = "TERM";

    /// <summary>Shell line that the guardian runs after the command has ended, whoever ended it; null is nothing.</summary>
    public string? Cleanup { get; init; }

    /// <summary>Receives each line; the flag tells standard error from standard output.</summary>
    public Action<string, bool> Log { get; init; } = static (_, _) => { };

    /// <summary>Command that installs the program, told when it is missing.</summary>
    public string? InstallCommand { get; init; }
}
