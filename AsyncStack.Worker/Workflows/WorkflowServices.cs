using AsyncStack.Core.Egress;
using AsyncStack.Core.Workflows;
using AsyncStack.Core.Workflows.Running;
using AsyncStack.Worker.Airflow;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Workflows;

/// <summary>Registers what the worker does for workflows.</summary>
internal static class WorkflowServices
{
    public static IServiceCollection AddWorkflows(this IServiceCollection services)
    {
        services.AddOptions<EgressOptions>().BindConfiguration("Egress").ValidateDataAnnotations().ValidateOnStart();
        services.AddEgress(static s => Settings(s.GetRequiredService<IOptions<EgressOptions>>().Value));
        services.AddSingleton<FreePlaces>().AddSingleton<StepLogTable>().AddSingleton<StepLogs>();
        services.AddHostedService(s => s.GetRequiredService<StepLogs>());
        services.AddHostedService<ScheduleLeader>();
        services.AddOptions<AirflowOptions>().BindConfiguration("Airflow").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<AirflowClient>().AddSingleton<AirflowWatch>();
        services.AddHostedService(s => s.GetRequiredService<AirflowWatch>());
        return services;
    }

    private static EgressSettings Settings(EgressOptions options) => new(
        options.AllowedNetworks, $"Egress:{nameof(options.AllowedNetworks)}", options.ConnectTimeout, options.ConnectionsPerTarget);
}
