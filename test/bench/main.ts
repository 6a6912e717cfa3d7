console.error('draft');
