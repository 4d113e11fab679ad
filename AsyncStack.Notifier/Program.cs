using AsyncStack.Core;
using AsyncStack.Notifier;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDataSource("asyncstack");
// The spans of Core stand for the client's, which know no trace but the current one and would write theirs into the messages.
builder.AddRabbitMQClient("messaging", settings => settings.DisableTracing = true);
builder.AddPipeline();
builder.AddNotifier();

var app = builder.Build();
app.MapDefaultEndpoints();
app.Run();
