var builder = DistributedApplication.CreateBuilder(args);

var webhookSecret = builder.AddParameter("webhook-secret", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

var database = builder.AddPostgres("postgres").WithDataVolume().AddDatabase("asyncstack");
var cache = builder.AddRedis("cache");
var messaging = builder.AddRabbitMQ("messaging").WithDataVolume().WithQueueMetrics();
var storage = builder.AddMinio("storage").WithDataVolume();

var migrations = builder.AddProject<Projects.AsyncStack_Api>("migrations")
    .WithArgs("migrate", "up")
    .WithReference(database).WaitFor(database)
    .PublishAsMigrations("migrate", "wait");

var api = builder.AddProject<Projects.AsyncStack_Api>("api")
    .WithHttpAndGrpcEndpoints()
    .WithReference(database).WaitForCompletion(migrations)
    .WithReference(messaging).WaitFor(messaging)
    .WithReference(cache).WaitFor(cache)
    .WithReference(storage).WaitFor(storage)
    .WithQueueMetricsOf(messaging).WithIdentity()
    .WithServiceHealth().WithConfiguredReplicas()
    .PublishWithRequestScaling("http_requests_per_second").PublishWithResources("50m", "192Mi", "2", "768Mi", scratch: "1Gi")
    .PublishWithSmokeTest(IdentityExtensions.FirstKey, "smoke").PublishWithBackup(database, "backup", "put");

var worker = builder.AddProject<Projects.AsyncStack_Worker>("worker")
    .WithHttpEndpoint()
    .WithReference(database).WaitForCompletion(migrations)
    .WithReference(messaging).WaitFor(messaging)
    .WithReference(cache).WaitFor(cache)
    .WithReference(storage).WaitFor(storage)
    .WithLoopbackTargets("Egress")
    .WithServiceHealth().WithConfiguredReplicas()
    .PublishWithQueueScaling(messaging, "jobs.high", "jobs.default", "jobs.low")
    .PublishWithInternetAccess().PublishWithDrainTime(TimeSpan.FromMinutes(1), "Worker__DrainTimeout").PublishWithResources("50m", "256Mi", "2", "1Gi", scratch: "10Gi");

var notifier = builder.AddProject<Projects.AsyncStack_Notifier>("notifier")
    .WithHttpEndpoint()
    .WithReference(database).WaitForCompletion(migrations)
    .WithReference(messaging).WaitFor(messaging)
    .WithEnvironment("Notifier__SigningSecret", $"whsec_{webhookSecret}")
    .WithLoopbackTargets()
    .WithServiceHealth().WithConfiguredReplicas()
    .PublishWithQueueScaling(messaging, "notifier.results").PublishWithInternetAccess();

var web = builder.AddProject<Projects.AsyncStack_Web>("web")
    .WithHttpEndpoint()
    .WithReference(api)
    .WithEnvironment("Webhook__Secret", $"whsec_{webhookSecret}")
    .WithServiceHealth()
    .PublishWithReplicas(1); // What /webhook received is in its memory.

builder.AddNginxGateway("gateway", api, web).WaitFor(api).WaitFor(worker).WaitFor(notifier).WaitFor(web);

builder.AddEncryptionKey(api, notifier);
builder.AddCluster();
builder.ApplyOverrides();
builder.Build().Run();
