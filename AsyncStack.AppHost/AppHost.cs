var builder = DistributedApplication.CreateBuilder(args);

var webhookSecret = builder.AddParameter("webhook-secret", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

var database = builder.AddPostgres("postgres").WithDataVolume().AddDatabase("asyncstack");
var cache = builder.AddRedis("cache");
var messaging = builder.AddRabbitMQ("messaging").WithDataVolume().WithQueueMetrics();
var storage = builder.AddMinio("storage").WithDataVolume();

var migrations = builder.AddProject<Projects.AsyncStack_Api>("migrations")
    .WithArgs("migrate", "up")
    .WithReference(database).WaitFor(database);

var api = builder.AddProject<Projects.AsyncStack_Api>("api")
    .WithHttpAndGrpcEndpoints()
    .WithReference(database).WaitForCompletion(migrations)
    .WithReference(messaging).WaitFor(messaging)
    .WithReference(cache).WaitFor(cache)
    .WithReference(storage).WaitFor(storage)
    .WithQueueMetricsOf(messaging)
    .WithHttpHealthCheck("/health", endpointName: "http")
    .WithConfiguredReplicas();

var worker = builder.AddProject<Projects.AsyncStack_Worker>("worker")
    .WithHttpEndpoint()
    .WithReference(database).WaitForCompletion(migrations)
    .WithReference(messaging).WaitFor(messaging)
    .WithReference(cache).WaitFor(cache)
    .WithReference(storage).WaitFor(storage)
    .WithLoopbackTargets("Egress")
    .WithHttpHealthCheck("/health")
    .WithConfiguredReplicas();

var notifier = builder.AddProject<Projects.AsyncStack_Notifier>("notifier")
    .WithHttpEndpoint()
    .WithReference(database).WaitForCompletion(migrations)
    .WithReference(messaging).WaitFor(messaging)
    .WithEnvironment("Notifier__SigningSecret", $"whsec_{webhookSecret}")
    .WithLoopbackTargets()
    .WithHttpHealthCheck("/health")
    .WithConfiguredReplicas();

var web = builder.AddProject<Projects.AsyncStack_Web>("web")
    .WithHttpEndpoint()
    .WithReference(api)
    .WithEnvironment("Webhook__Secret", $"whsec_{webhookSecret}")
    .WithHttpHealthCheck("/health");

builder.AddNginxGateway("gateway", api, web).WaitFor(api).WaitFor(worker).WaitFor(notifier).WaitFor(web);

builder.ApplyOverrides();
builder.Build().Run();
