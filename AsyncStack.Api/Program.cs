using AsyncStack.Api;
using AsyncStack.Api.Cors;
using AsyncStack.Api.Datasets;
using AsyncStack.Api.Files;
using AsyncStack.Api.Grpc;
using AsyncStack.Api.Identity;
using AsyncStack.Api.Jobs;
using AsyncStack.Api.Limits;
using AsyncStack.Api.Messages;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Process;
using AsyncStack.Api.Resources;
using AsyncStack.Api.Stats;
using AsyncStack.Api.Tasks;
using AsyncStack.Api.Workflows;
using AsyncStack.Core;
using AsyncStack.Core.Database;
using AsyncStack.Core.Storage;

if (await CommandLine.RunAsync(args) is { } code)
{
    return code;
}

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDataSource("asyncstack");
// A request says at once that the database is away.
builder.AddNpgsqlDbContext<AsyncStackContext>("asyncstack", settings => settings.DisableRetry = true);
builder.AddRabbitMQClient("messaging", settings => settings.DisableTracing = true);
builder.AddRedisClient("cache");
builder.AddObjectStorage("storage");
builder.AddPipeline();
builder.AddSharedCache();
builder.AddApi();

var app = builder.Build();
app.MapDefaultEndpoints();
app.UseCorsOrigins();
app.UseDocumentPages();
app.UseIdentity();
app.UseLimits();
var endpoints = app.MapNamedEndpoints();
endpoints.MapIdentity();
endpoints.MapProcess();
endpoints.MapTasks();
endpoints.MapDatasets();
endpoints.MapJobs();
endpoints.MapResources();
endpoints.MapOperators();
endpoints.MapWorkflows();
endpoints.MapFiles();
endpoints.MapMessages();
endpoints.MapStats();
endpoints.MapOpenApiDocument();
app.MapGrpc(endpoints);
await app.RunAsync();
return 0;
