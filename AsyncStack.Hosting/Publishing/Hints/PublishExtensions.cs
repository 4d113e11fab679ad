using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Hints;

namespace AsyncStack.Hosting;

/// <summary>What only a published graph needs to know. A run ignores it.</summary>
public static class PublishExtensions
{
    /// <summary>
    /// The project brings the schema up to date and ends. It runs before each upgrade, while the old version serves; whoever
    /// <c>WaitForCompletion</c>s it runs the same image with <paramref name="waitArguments"/> first, which has to end once the schema is there.
    /// </summary>
    public static IResourceBuilder<ProjectResource> PublishAsMigrations(this IResourceBuilder<ProjectResource> builder, params string[] waitArguments) =>
        builder.WithAnnotation(new MigrationsAnnotation(waitArguments), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>The more messages wait in these queues, the more replicas run.</summary>
    public static IResourceBuilder<ProjectResource> PublishWithQueueScaling(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<RabbitMQServerResource> broker, params string[] queues) =>
        builder.WithAnnotation(new QueueScalingAnnotation(broker.Resource, queues), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>The more requests come in, the more replicas run: by CPU, and by this metric of each pod where the cluster serves it.</summary>
    public static IResourceBuilder<ProjectResource> PublishWithRequestScaling(this IResourceBuilder<ProjectResource> builder, string metric) =>
        builder.WithAnnotation(new RequestScalingAnnotation(metric), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>How many pods run while nothing scales them, two unless stated: one for a program that keeps in memory what callers ask for.</summary>
    public static IResourceBuilder<ProjectResource> PublishWithReplicas(this IResourceBuilder<ProjectResource> builder, int count) =>
        builder.WithAnnotation(new PublishedReplicasAnnotation(count), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>The project may call public addresses; everybody else is kept inside.</summary>
    public static IResourceBuilder<ProjectResource> PublishWithInternetAccess(this IResourceBuilder<ProjectResource> builder) =>
        builder.WithAnnotation(new InternetAccessAnnotation(), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>How long the project may take to end its work when it is told to stop, 25 s unless stated; <paramref name="variable"/> tells it.</summary>
    public static IResourceBuilder<ProjectResource> PublishWithDrainTime(this IResourceBuilder<ProjectResource> builder, TimeSpan time, string? variable = null) =>
        builder.WithAnnotation(new DrainAnnotation(time, variable), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>What a pod asks for and may use at the most, in Kubernetes' notation; <paramref name="scratch"/> is room for temporary files.</summary>
    public static IResourceBuilder<T> PublishWithResources<T>(
        this IResourceBuilder<T> builder, string cpu, string memory, string cpuLimit, string memoryLimit, string scratch = "256Mi")
        where T : IComputeResource =>
        builder.WithAnnotation(new ResourcesAnnotation(cpu, memory, cpuLimit, memoryLimit, scratch), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>
    /// Makes <c>helm test</c> run the project's image with these arguments and the address of the graph's entry; of the project's
    /// variables it gets <paramref name="credential"/>, to be let in with.
    /// </summary>
    public static IResourceBuilder<ProjectResource> PublishWithSmokeTest(
        this IResourceBuilder<ProjectResource> builder, string credential, params string[] arguments) =>
        builder.WithAnnotation(new SmokeTestAnnotation(credential, arguments), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>What the graph says of these variables of the project stands: the chart refuses values that set them otherwise.</summary>
    public static IResourceBuilder<ProjectResource> PublishWithFixedVariables(this IResourceBuilder<ProjectResource> builder, params string[] names) =>
        builder.WithAnnotation(new FixedVariablesAnnotation(names), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>
    /// Dumps a database on a schedule; the project's image, run with these arguments and the dump's path, puts it where it is safe.
    /// It gets the connection strings that the project has.
    /// </summary>
    public static IResourceBuilder<ProjectResource> PublishWithBackup(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<PostgresDatabaseResource> database, params string[] arguments) =>
        builder.WithAnnotation(new BackupAnnotation(database.Resource, arguments), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>Files of Prometheus rules and a Grafana dashboard, relative to the AppHost; those that are not there are left out.</summary>
    public static IResourceBuilder<KubernetesEnvironmentResource> PublishWithMonitoring(
        this IResourceBuilder<KubernetesEnvironmentResource> builder, string rules, string dashboard) =>
        builder.WithAnnotation(new MonitoringFilesAnnotation(
            Path.GetFullPath(rules, builder.ApplicationBuilder.AppHostDirectory), Path.GetFullPath(dashboard, builder.ApplicationBuilder.AppHostDirectory)));
}
