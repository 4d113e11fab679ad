using AsyncStack.Core;
using AsyncStack.Notifier;
using AsyncStack.ServiceDefaults.Health;

if (await HealthCommand.RunAsync(args) is { } health)
{
    return health;
}

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDataSource("asyncstack");
builder.AddRabbitMQClient("messaging", settings => settings.DisableTracing = true);
builder.AddPipeline();
builder.AddNotifier();

var app = builder.Build();
app.MapDefaultEndpoints();
await app.RunAsync();
return 0;
