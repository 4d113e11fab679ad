using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting.Publishing.Hints;

/// <summary>The program brings the schema up to date; <paramref name="waitArguments"/> make it wait until somebody has.</summary>
internal sealed class MigrationsAnnotation(string[] waitArguments) : IResourceAnnotation
{
    public string[] WaitArguments { get; } = waitArguments;
}

/// <summary>More messages in these queues need more pods.</summary>
internal sealed class QueueScalingAnnotation(RabbitMQServerResource broker, string[] queues) : IResourceAnnotation
{
    public RabbitMQServerResource Broker { get; } = broker;

    public string[] Queues { get; } = queues;
}

/// <summary>So many pods run while nothing scales them.</summary>
internal sealed class PublishedReplicasAnnotation(int count) : IResourceAnnotation
{
    public int Count { get; } = count;
}

/// <summary>The program calls addresses outside of the cluster.</summary>
internal sealed class InternetAccessAnnotation : IResourceAnnotation;

/// <summary>How long the program may take to end what it has begun, and the variable that tells it.</summary>
internal sealed class DrainAnnotation(TimeSpan time, string? variable) : IResourceAnnotation
{
    public TimeSpan Time { get; } = time;

    public string? Variable { get; } = variable;
}

/// <summary>Values of the chart may not set these variables of the program.</summary>
internal sealed class FixedVariablesAnnotation(string[] names) : IResourceAnnotation
{
    public string[] Names { get; } = names;
}

/// <summary>The program, with these arguments, the address of the graph's entry and the variable that lets it in, tries the whole.</summary>
internal sealed class SmokeTestAnnotation(string credential, string[] arguments) : IResourceAnnotation
{
    public string Credential { get; } = credential;

    public string[] Arguments { get; } = arguments;
}

/// <summary>The program, with these arguments and a file's path, stores and prunes dumps of a database.</summary>
internal sealed class BackupAnnotation(PostgresDatabaseResource database, string[] arguments) : IResourceAnnotation
{
    public PostgresDatabaseResource Database { get; } = database;

    public string[] Arguments { get; } = arguments;
}

/// <summary>Files for Prometheus and Grafana that a cluster takes in.</summary>
internal sealed class MonitoringFilesAnnotation(string rules, string dashboard) : IResourceAnnotation
{
    public string Rules { get; } = rules;

    public string Dashboard { get; } = dashboard;
}

/// <summary>How much a pod of the program asks for and may use.</summary>
internal sealed class ResourcesAnnotation(string cpu, string memory, string cpuLimit, string memoryLimit, string scratch) : IResourceAnnotation
{
    public string Cpu { get; } = cpu;

    public string Memory { get; } = memory;

    public string CpuLimit { get; } = cpuLimit;

    public string MemoryLimit { get; } = memoryLimit;

    public string Scratch { get; } = scratch;
}

/// <summary>More requests need more pods; the metric counts them, for clusters that serve it.</summary>
internal sealed class RequestScalingAnnotation(string metric) : IResourceAnnotation
{
    public string Metric { get; } = metric;
}
