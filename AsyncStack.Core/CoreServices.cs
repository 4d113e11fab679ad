using AsyncStack.Core.Datasets;
using AsyncStack.Core.DeadLetters;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using AsyncStack.Core.ResourceTasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Core;

/// <summary>Registers what the services share.</summary>
public static class CoreServices
{
    /// <summary>
    /// Adds the topology, the outbox (hot path and sweeper) and the job store. Needs an <c>NpgsqlDataSource</c> and a
    /// RabbitMQ <c>IConnection</c>.
    /// </summary>
    public static IHostApplicationBuilder AddPipeline(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<OutboxOptions>().BindConfiguration("Outbox").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<OutboxTable>();
        // One for the hot path and one for the sweeper, whose bad messages may cost it its channel.
        services.AddTransient<ConfirmedPublisher>();
        services.AddSingleton<OutboxPublisher>();
        services.AddHostedService<TopologyInitializer>();
        services.AddHostedService(s => s.GetRequiredService<OutboxPublisher>());
        services.AddHostedService<OutboxSweeper>();
        services.AddSingleton<OrderedOutboxSignal>();
        services.AddHostedService(s => s.GetRequiredService<OrderedOutboxSignal>());
        services.AddSingleton<ResourceTaskStore>();
        services.AddSingleton<JobFinisher>();
        services.AddSingleton<JobReader>();
        services.AddSingleton<DatasetStore>();
        services.AddSingleton<DeadLetterStore>();
        return builder;
    }
}
