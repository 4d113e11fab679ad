using AsyncStack.Web;
using AsyncStack.Web.Webhook;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddServiceDefaults();
builder.AddWebhookReceiver();

var app = builder.Build();
app.MapDefaultEndpoints();
app.UseSecurityHeaders();
app.UseDefaultFiles();
app.UseStaticFiles();
app.MapWebhook();
app.MapGet("/airflow", () => TypedResults.Redirect("/workflows"));
app.Run();
