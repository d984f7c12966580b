// A bucket knows no index page of a folder: ask it for index.html.
function handler(event) {
  const request = event.request;
  const last = request.uri.slice(request.uri.lastIndexOf('/') + 1);
  if (last === '') {
    request.uri += 'index.html';
  } else if (!last.includes('.')) {
    request.uri += '/index.html';
  }
  return request;
}
