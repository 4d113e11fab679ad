using AsyncStack.Api.Accepting;
using AsyncStack.Api.Audit;
using AsyncStack.Api.Cors;
using AsyncStack.Api.Datasets;
using AsyncStack.Api.DeadLetters;
using AsyncStack.Api.Events;
using AsyncStack.Api.Grpc;
using AsyncStack.Api.Identity;
using AsyncStack.Api.Jobs;
using AsyncStack.Api.Jobs.Bulk;
using AsyncStack.Api.Jobs.Events;
using AsyncStack.Api.Limits;
using AsyncStack.Api.Live;
using AsyncStack.Api.Messages;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Queues;
using AsyncStack.Api.Requests;
using AsyncStack.Api.Resources;
using AsyncStack.Api.ResourceTasks;
using AsyncStack.Api.Stats;
using AsyncStack.Api.Tasks;
using AsyncStack.Api.Webhooks;
using AsyncStack.Api.Webhooks.Targets;
using AsyncStack.Api.Workers;
using AsyncStack.Api.Workflows;
using AsyncStack.Core.Encryption;
using Microsoft.AspNetCore.Connections;

namespace AsyncStack.Api;

/// <summary>Registers what the endpoints use.</summary>
internal static class ApiServices
{
    public static WebApplicationBuilder AddApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<AcceptOptions>().BindConfiguration("Accept").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<CallbackCache>();
        builder.Services.AddSingleton<JobAcceptor>();
        builder.Services.AddHostedService(services => services.GetRequiredService<JobAcceptor>());
        builder.Services.AddHostedService<AcceptWarmUp>();
        builder.Services.AddSingleton<JobIntake>().AddSingleton<JobDatasets>().AddSingleton<JobViews>();
        builder.Services.AddOptions<DatasetOptions>().BindConfiguration("Datasets").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, ReceiveBlocks>();
        builder.Services.AddSingleton<KeyedAnswers>();
        builder.Services.AddSingleton<DatasetIntake>();
        builder.Services.AddSingleton<DatasetCatalog>();
        builder.Services.AddSingleton<DatasetCleaner>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DatasetCleaner>());
        builder.Services.AddSingleton<JobCommands>();
        builder.Services.AddOptions<JobEventOptions>().BindConfiguration("JobEvents").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<JobHistory>().AddSingleton<JobFeeds>().AddSingleton<JobEventStreams>();
        builder.Services.AddHostedService<JobChangeListener>();
        builder.Services.AddHostedService<JobFeedLoop>();
        builder.Services.AddSingleton<ResourceStore>().AddSingleton<EventList>();
        builder.Services.AddSingleton<DeliveryReplay>();
        builder.Services.AddSingleton<DeadLetterList>().AddSingleton<DeadLetterCommands>();
        builder.Services.AddSingleton<TaskAnswers>();
        builder.AddIdentity();
        builder.AddLimits();
        builder.AddCorsOrigins();
        builder.AddMessages();
        builder.AddStats();
        builder.AddLive();
        builder.AddGrpc();
        builder.AddOperators();
        builder.AddWorkflows();
        builder.AddOpenApiDocument();
        return builder;
    }

    private static void AddOperators(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AuditLog>().AddSingleton<BulkJobCommands>().AddSingleton<WorkerList>();
        builder.Services.AddSingleton<QueueControl>().AddSingleton<QueueRates>().AddSingleton<QueueOverview>();
        builder.AddFieldEncryption();
        builder.Services.AddOptions<WebhookOptions>().BindConfiguration("Webhooks").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<EndpointList>().AddSingleton<EndpointCommands>().AddSingleton<SecretRotation>();
    }

    /// <summary>Maps what operators look at and do.</summary>
    public static void MapOperators(this IEndpointRouteBuilder app)
    {
        app.MapDeadLetters();
        app.MapWebhooks();
        app.MapWebhookEndpoints();
        app.MapAudit();
        app.MapQueues();
        app.MapWorkers();
        app.MapBulkJobs();
        app.MapResourceTasks();
        app.MapEvents();
        app.MapSavedMessages();
        app.MapLive();
    }
}
