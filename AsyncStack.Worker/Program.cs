using AsyncStack.Core;
using AsyncStack.Core.Storage;
using AsyncStack.ServiceDefaults.Health;
using AsyncStack.Worker;

if (await HealthCommand.RunAsync(args) is { } health)
{
    return health;
}

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDataSource("asyncstack");
builder.AddRabbitMQClient("messaging", settings => settings.DisableTracing = true);
builder.AddRedisClient("cache");
builder.AddObjectStorage("storage");
builder.AddPipeline();
builder.AddSharedCache();
builder.AddWorker();
builder.Services.AddJobHandlers();

var app = builder.Build();
app.MapDefaultEndpoints();
await app.RunAsync();
return 0;
