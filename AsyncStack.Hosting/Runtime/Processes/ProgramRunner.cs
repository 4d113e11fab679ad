namespace AsyncStack.Hosting.Runtime.Processes;

/// <summary>Runs projects and executables under a guardian, with this process's environment and account.</summary>
internal sealed class ProgramRunner : IProgramRunner
{
    public Task<IRunningResource> StartAsync(ProgramStart start, CancellationToken cancellationToken) =>
        ProcessSupervisor.StartAsync(
            new ProcessSpec
            {
                Name = start.Name,
                FileName = start.FileName,
                WorkingDirectory = start.WorkingDirectory,
                Arguments = start.Arguments,
                Environment = start.Environment,
                Log = start.Log,
            },
            cancellationToken);
}
