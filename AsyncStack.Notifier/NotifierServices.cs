using AsyncStack.Core.Egress;
using AsyncStack.Core.Encryption;
using AsyncStack.Notifier.Delivery;
using AsyncStack.Notifier.Signing;
using AsyncStack.ServiceDefaults.Health;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AsyncStack.Notifier;

/// <summary>Registers webhook delivery.</summary>
internal static class NotifierServices
{
    /// <summary>Adds webhook delivery. Needs an <c>NpgsqlDataSource</c>, a RabbitMQ <c>IConnection</c> and Core's pipeline.</summary>
    public static IHostApplicationBuilder AddNotifier(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Liveness>();
        services.AddOptions<NotifierOptions>().BindConfiguration("Notifier").ValidateOnStart();
        services.AddSingleton<IValidateOptions<NotifierOptions>, NotifierOptionsValidator>();

        builder.AddFieldEncryption();
        services.AddSingleton<WebhookSigner>();
        services.AddEgress(static s => Egress(s.GetRequiredService<IOptions<NotifierOptions>>().Value));

        services.AddSingleton(s => new TargetLanes(s.GetRequiredService<IOptions<NotifierOptions>>().Value));
        services.AddSingleton<NotifierMetrics>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<AttemptRecorder>();
        services.AddSingleton<DueSignal>();
        services.AddSingleton<DueDeliveries>();
        services.AddSingleton<DeliveryIntake>();

        // Stopped in reverse: first nothing new comes in, then what is in flight ends.
        services.AddSingleton<DeliveryDispatcher>();
        services.AddHostedService(s => s.GetRequiredService<DeliveryDispatcher>());
        services.AddHostedService<DueListener>();
        services.AddHostedService<DueLoop>();
        services.AddHostedService<FinishedJobsConsumer>();
        return builder;
    }

    private static EgressSettings Egress(NotifierOptions options) => new(
        options.AllowedNetworks ?? [], $"Notifier:{nameof(options.AllowedNetworks)}", options.ConnectTimeout, options.ConcurrencyPerTarget);
}
