using Aspire.Hosting.Kubernetes;

namespace AsyncStack.AppHost;

/// <summary>What only AsyncStack.Hosting's own publisher knows; the official one leaves it out.</summary>
internal static class PublishExtensions
{
    public static IResourceBuilder<ProjectResource> PublishAsMigrations(this IResourceBuilder<ProjectResource> builder, params string[] waitArguments) => builder;

    public static IResourceBuilder<ProjectResource> PublishWithQueueScaling(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<RabbitMQServerResource> broker, params string[] queues) => builder;

    public static IResourceBuilder<ProjectResource> PublishWithRequestScaling(this IResourceBuilder<ProjectResource> builder, string metric) => builder;

    public static IResourceBuilder<ProjectResource> PublishWithReplicas(this IResourceBuilder<ProjectResource> builder, int count) => builder;

    public static IResourceBuilder<ProjectResource> PublishWithInternetAccess(this IResourceBuilder<ProjectResource> builder) => builder;

    public static IResourceBuilder<ProjectResource> PublishWithDrainTime(this IResourceBuilder<ProjectResource> builder, TimeSpan time, string? variable = null) => builder;

    public static IResourceBuilder<T> PublishWithResources<T>(
        this IResourceBuilder<T> builder, string cpu, string memory, string cpuLimit, string memoryLimit, string scratch = "256Mi")
        where T : IComputeResource => builder;

    public static IResourceBuilder<ProjectResource> PublishWithSmokeTest(this IResourceBuilder<ProjectResource> builder, string credential, params string[] arguments) => builder;

    public static IResourceBuilder<ProjectResource> PublishWithFixedVariables(this IResourceBuilder<ProjectResource> builder, params string[] names) => builder;

    public static IResourceBuilder<ProjectResource> PublishWithBackup(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<PostgresDatabaseResource> database, params string[] arguments) => builder;

    public static IResourceBuilder<KubernetesEnvironmentResource> PublishWithMonitoring(
        this IResourceBuilder<KubernetesEnvironmentResource> builder, string rules, string dashboard) => builder;
}
