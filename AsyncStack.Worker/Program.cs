using AsyncStack.Core;
using AsyncStack.Core.Storage;
using AsyncStack.Worker;

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
app.Run();
