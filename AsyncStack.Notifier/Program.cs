using AsyncStack.Core;
using AsyncStack.Notifier;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDataSource("asyncstack");
builder.AddRabbitMQClient("messaging", settings => settings.DisableTracing = true);
builder.AddPipeline();
builder.AddNotifier();

var app = builder.Build();
app.MapDefaultEndpoints();
app.Run();
