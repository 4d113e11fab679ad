using AsyncStack.Core.Caching;
using AsyncStack.Core.Counters;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.DeadLetters;
using AsyncStack.Core.Health;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using AsyncStack.Core.ResourceTasks;
using AsyncStack.Core.Workflows.Running;
using AsyncStack.Core.Workflows.Schedules;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Core;

/// <summary>Registers what the services share.</summary>
public static class CoreServices
{
    /// <summary>
    /// Adds the topology, the outbox (hot path, sweeper and ordered publication), the job store and the health log. Needs an
    /// <c>NpgsqlDataSource</c> and a RabbitMQ <c>IConnection</c>.
    /// </summary>
    public static IHostApplicationBuilder AddPipeline(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<OutboxOptions>().BindConfiguration("Outbox").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<OutboxTable>();
        // One for the hot path, one for the sweeper, whose bad messages may cost it its channel, and one for the leader.
        services.AddTransient<ConfirmedPublisher>();
        services.AddSingleton<OutboxPublisher>();
        services.AddHostedService<TopologyInitializer>();
        services.AddHostedService(s => s.GetRequiredService<OutboxPublisher>());
        services.AddHostedService<OutboxSweeper>();
        services.AddSingleton<OrderedPublisher>();
        services.AddHostedService<OrderedOutboxLeader>();
        services.AddSingleton<OrderedOutboxSignal>();
        services.AddHostedService(s => s.GetRequiredService<OrderedOutboxSignal>());
        services.AddSingleton<ResourceTaskStore>();
        services.AddSingleton<JobFinisher>();
        services.AddSingleton<WorkflowPlans>().AddSingleton<RunTransactions>().AddSingleton<StepFinisher>();
        services.AddSingleton<ScheduleTable>().AddSingleton<ScheduleFiring>();
        services.AddSingleton<JobReader>();
        services.AddSingleton<DatasetStore>();
        services.AddSingleton<DeadLetterStore>();
        services.AddHealthLog();
        return builder;
    }

    /// <summary>
    /// Adds what services share in Redis and may lose: the counters over all processes and the cache of ended tasks. Needs an
    /// <c>IConnectionMultiplexer</c>, which need not be connected.
    /// </summary>
    public static IHostApplicationBuilder AddSharedCache(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<TaskCacheOptions>().BindConfiguration("TaskCache").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<TaskCache>();
        services.AddSingleton<SharedCounters>();
        services.AddHostedService(s => s.GetRequiredService<SharedCounters>());
        return builder;
    }
}
