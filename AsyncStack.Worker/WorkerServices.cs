using AsyncStack.Core.Jobs;
using AsyncStack.Worker.Airflow;
using AsyncStack.Worker.Consuming;
using AsyncStack.Worker.Datasets;
using AsyncStack.Worker.Datasets.Anomalies;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Compare;
using AsyncStack.Worker.Datasets.Metrics;
using AsyncStack.Worker.Datasets.Normalize;
using AsyncStack.Worker.Datasets.Reading;
using AsyncStack.Worker.Datasets.Validation;
using AsyncStack.Worker.DeadLetters;
using AsyncStack.Worker.Events;
using AsyncStack.Worker.Execution;
using AsyncStack.Worker.External;
using AsyncStack.Worker.Handlers;
using AsyncStack.Worker.Messages;
using AsyncStack.Worker.Rescue;
using AsyncStack.Worker.ResourceTasks;
using AsyncStack.Worker.Scheduling;
using AsyncStack.Worker.Workflows;

namespace AsyncStack.Worker;

/// <summary>Registers the worker's parts.</summary>
public static class WorkerServices
{
    /// <summary>Adds the engine that runs jobs and the loops beside it. Needs Core's pipeline and shared cache, and object storage.</summary>
    public static IHostApplicationBuilder AddWorker(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<WorkerOptions>().BindConfiguration("Worker").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<WorkerIdentity>().AddSingleton<WorkerLease>().AddSingleton<Heartbeat>().AddSingleton<JobProgress>();
        services.AddSingleton<JobConsumers>().AddSingleton<JobClaims>().AddSingleton<ClaimLoop>();
        services.AddSingleton<PausedQueues>().AddSingleton<PausedQueuesSignal>();
        services.AddSingleton<InstantJobs>().AddSingleton<InstantLoop>();
        services.AddSingleton<JobHandlers>().AddSingleton<RunningJobs>().AddSingleton<Slots>().AddSingleton<JobRunner>();
        services.AddSingleton<JobTotals>().AddSingleton<JobReturns>().AddSingleton<JobEndings>().AddSingleton<ResultStore>();
        services.AddSingleton<LostJobs>().AddSingleton<OrphanedJobs>();
        services.AddSingleton<SchedulerSignal>().AddSingleton<DueJobs>().AddSingleton<OutdatedRows>();
        services.AddOptions<DatasetJobOptions>().BindConfiguration(DatasetJobOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<DatasetReadOptions>().BindConfiguration(DatasetReadOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<DatasetMemoryOptions>().BindConfiguration(DatasetMemoryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DatasetGate>();
        services.AddSingleton<HandOver>().AddSingleton<HandedOverJobs>().AddSingleton<UnreadableMessages>().AddSingleton<MessageTable>();
        services.AddSingleton<EventBatches>().AddSingleton<ProcessedEvents>().AddSingleton<TaskCompletions>();
        services.AddWorkflows();
        services.AddHostedService<RescueLoop>();
        services.AddHostedService<SignalListener>();
        services.AddHostedService<PausedQueuesLoop>();
        services.AddHostedService<ProgressLoop>();
        services.AddHostedService<SchedulerLoop>();
        services.AddHostedService<PruneLoop>();
        services.AddHostedService<ExternalResults>();
        services.AddHostedService<MessageConsumer>();
        services.AddHostedService<DeadLetterConsumer>();
        services.AddHostedService<TaskService>();
        services.AddHostedService<EventConsumer>();

        // Stopped first, because it is registered last: what it gives back is still published by the outbox.
        services.AddHostedService<JobEngine>();
        return builder;
    }

    /// <summary>Adds the handlers there are.</summary>
    public static IServiceCollection AddJobHandlers(this IServiceCollection services) => services
        .AddJobHandler<EchoHandler, RawJson>(JobTypes.Echo.Name)
        .AddJobHandler<SleepHandler, SleepParameters>(JobTypes.Sleep.Name)
        .AddJobHandler<NormalizeHandler, RawJson>(JobTypes.Normalize.Name)
        .AddJobHandler<ExternalHandler, RawJson>(JobTypes.ExternalPrefix)
        .AddJobHandler<MetricsHandler, RawJson>(JobTypes.Metrics.Name)
        .AddJobHandler<CompareHandler, RawJson>(JobTypes.Compare.Name)
        .AddJobHandler<ValidateHandler, ValidateParameters>(JobTypes.ValidateDataset.Name)
        .AddJobHandler<AnomaliesHandler, RawJson>(JobTypes.Anomalies.Name)
        .AddJobHandler<WorkflowHandler, RawJson>(JobTypes.Workflow.Name)
        .AddJobHandler<WaitHandler, RawJson>(JobTypes.Wait.Name)
        .AddJobHandler<HttpHandler, HttpParameters>(JobTypes.Http.Name)
        .AddJobHandler<AirflowHandler, AirflowParameters>(JobTypes.Airflow.Name);
}
