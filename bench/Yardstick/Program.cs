// The yardstick of bench/run: Kestrel with nothing between it and the answer. PUT sets the answer, everything else gets it.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
var app = builder.Build();
byte[] answer = [];

app.Run(context =>
{
    if (HttpMethods.IsPut(context.Request.Method))
        return SetAnswerAsync(context.Request);

    context.Response.ContentType = "application/json; charset=utf-8";
    context.Response.ContentLength = answer.Length;
    return context.Response.Body.WriteAsync(answer, 0, answer.Length);
});
app.Run();

async Task SetAnswerAsync(HttpRequest request)
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body);
    answer = body.ToArray();
}
