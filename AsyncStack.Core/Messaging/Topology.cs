using RabbitMQ.Client;

namespace AsyncStack.Core.Messaging;

/// <summary>Every exchange, queue and binding of the product, declared from one table. Declaring is idempotent.</summary>
public static class Topology
{
    /// <summary>Direct exchange of internal work; the routing key is the queue's name.</summary>
    public const string JobsExchange = "asyncstack.jobs";

    /// <summary>Topic exchange of public events, one message an event.</summary>
    public const string EventsExchange = "asyncstack.events";

    /// <summary>Where the broker puts what a queue rejects for good.</summary>
    public const string DeadExchange = "asyncstack.dead";

    public const string JobsHigh = "jobs.high";
    public const string JobsDefault = "jobs.default";
    public const string JobsLow = "jobs.low";

    /// <summary>Jobs for programs outside the product: body = payload JSON, AMQP correlation_id = the job's.</summary>
    public const string ExternalRequests = "airflow_requests";

    /// <summary>What those programs answer: body = result, AMQP correlation_id = the job's.</summary>
    public const string ExternalResults = "airflow_results";

    /// <summary>Finished jobs that somebody wants to hear of; body = JSON array of job ids.</summary>
    public const string NotifierResults = "notifier.results";

    /// <summary>Events that the task service reacts to.</summary>
    public const string ResourceEvents = "tasks.resource-events";

    /// <summary>Events that are kept in <c>processed_events</c>.</summary>
    public const string WorkerEvents = "worker.events";

    /// <summary>Messages to keep; body = JSON <c>{"content","owner"}</c>.</summary>
    public const string SavedMessages = "task_queue";

    public const string DeadLetters = "dead-letters";

    private const int MaxMessages = 2_000_000;

    private static readonly (string Name, string Type)[] Exchanges =
    [
        (JobsExchange, ExchangeType.Direct),
        (EventsExchange, ExchangeType.Topic),
        (DeadExchange, ExchangeType.Fanout),
    ];

    private static readonly (string Queue, string? Exchange, string? RoutingKey)[] Queues =
    [
        (JobsHigh, JobsExchange, JobsHigh),
        (JobsDefault, JobsExchange, JobsDefault),
        (JobsLow, JobsExchange, JobsLow),
        (ExternalRequests, null, null),
        (ExternalResults, null, null),
        (NotifierResults, JobsExchange, NotifierResults),
        (ResourceEvents, EventsExchange, "resource.*"),
        (ResourceEvents, EventsExchange, EventTypes.TaskProcess),
        (WorkerEvents, EventsExchange, "resource.*"),
        (WorkerEvents, EventsExchange, "task.*"),
        (WorkerEvents, EventsExchange, "job.*"),
        (WorkerEvents, EventsExchange, "run.*"),
        (SavedMessages, null, null),
        (DeadLetters, DeadExchange, ""),
    ];

    // Their consumers keep the order of what comes in, so one of them at a time is served; another takes over when it goes.
    private static readonly string[] InOrder = [ResourceEvents, WorkerEvents];

    /// <summary>The names of all queues.</summary>
    public static IReadOnlyList<string> QueueNames { get; } = [.. Queues.Select(q => q.Queue).Distinct(StringComparer.Ordinal)];

    /// <summary>The queue that serves a priority (<c>high</c>, <c>default</c> or <c>low</c>).</summary>
    public static string JobsQueue(string priority) => "jobs." + priority;

    /// <summary>Declares everything on <paramref name="channel"/>.</summary>
    public static async Task DeclareAsync(IChannel channel, CancellationToken cancellationToken)
    {
        foreach (var (name, type) in Exchanges)
        {
            await channel.ExchangeDeclareAsync(name, type, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        }

        foreach (var queue in QueueNames)
        {
            await channel.QueueDeclareAsync(
                queue, durable: true, exclusive: false, autoDelete: false, Arguments(queue), cancellationToken: cancellationToken);
        }

        foreach (var (queue, exchange, routingKey) in Queues.Where(q => q.Exchange is not null))
        {
            await channel.QueueBindAsync(queue, exchange!, routingKey!, cancellationToken: cancellationToken);
        }
    }

    // A full queue refuses the publisher, whose outbox rows then wait in Postgres: bounded, and nothing is dropped.
    private static Dictionary<string, object?> Arguments(string queue)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x-queue-type"] = "quorum",
            ["x-max-length"] = MaxMessages,
            ["x-overflow"] = "reject-publish",
        };
        if (queue != DeadLetters)
        {
            arguments["x-dead-letter-exchange"] = DeadExchange;
        }

        if (InOrder.Contains(queue))
        {
            arguments["x-single-active-consumer"] = true;
        }

        return arguments;
    }
}
