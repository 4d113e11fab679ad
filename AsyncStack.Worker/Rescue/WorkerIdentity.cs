using System.Reflection;

namespace AsyncStack.Worker.Rescue;

/// <summary>Who this process is among the workers; a new one with every start.</summary>
public sealed class WorkerIdentity(TimeProvider time)
{
    public Guid Id { get; } = Guid.CreateVersion7(time.GetUtcNow());

    public string Host { get; } = Environment.MachineName;

    public int ProcessId { get; } = Environment.ProcessId;

    public string? Version { get; } =
        typeof(WorkerIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();
}
